/** What every figure of the dashboard means. A figure that is on several pages is defined once, and is the same number on all of them. */

/** What kind of number a figure is, which decides how it is written. */
export type Unit = "money" | "count" | "share" | "score" | "duration";

/** A figure: its name on the page, what it means, and the route of the API that it comes from. */
export interface Definition {
  id: string;
  name: string;
  meaning: string;
  source: string;
  unit: Unit;
}

const WINDOWS = "GET /api/v1/analytic/sales/windows";
const SELLER = "GET /api/v1/analytic/seller-dashboard";

/** All figures by id. */
export const FIGURES = define({
  revenue: {
    name: "Revenue",
    meaning:
      "Payments minus refunds, each counted at its own time. A refund lowers the day on which it is made, not the day of its sale.",
    source: WINDOWS,
    unit: "money",
  },
  grossRevenue: {
    name: "Gross revenue",
    meaning: "All payments, before refunds are subtracted.",
    source: WINDOWS,
    unit: "money",
  },
  refunds: {
    name: "Refunds",
    meaning: "Money paid back, counted when it is paid back.",
    source: WINDOWS,
    unit: "money",
  },
  ordersPaid: {
    name: "Orders paid",
    meaning: "Orders whose first payment falls into this time.",
    source: WINDOWS,
    unit: "count",
  },
  ordersPlaced: {
    name: "Orders placed",
    meaning: "Orders placed on this day, whether they are paid or not.",
    source: "GET /api/analytics/dashboard",
    unit: "count",
  },
  averageOrder: {
    name: "Average order",
    meaning: "Gross revenue divided by the orders paid, rounded to the smallest unit of the currency.",
    source: WINDOWS,
    unit: "money",
  },
  shipping: {
    name: "Shipping",
    meaning: "Shipping charged in the orders paid in this time. It is part of the shop's revenue.",
    source: WINDOWS,
    unit: "money",
  },
  tax: {
    name: "Tax",
    meaning: "Tax in the orders paid in this time. It is part of the shop's revenue.",
    source: WINDOWS,
    unit: "money",
  },
  fees: {
    name: "Fees",
    meaning: "Fees in the orders paid in this time. They are part of the shop's revenue.",
    source: WINDOWS,
    unit: "money",
  },
  newUsers: {
    name: "New users",
    meaning: "Users who registered on this day.",
    source: "GET /api/analytics/users",
    unit: "count",
  },
  newUsersInRange: {
    name: "New users in this time",
    meaning: "Users who registered on the days shown.",
    source: "GET /api/analytics/users",
    unit: "count",
  },
  totalRevenue: {
    name: "Revenue since opening",
    meaning: "Payments minus refunds since the shop opened, in this currency.",
    source: "GET /api/analytics/dashboard",
    unit: "money",
  },
  totalOrders: {
    name: "Orders since opening",
    meaning: "All orders that are known, whatever their status.",
    source: "GET /api/analytics/dashboard",
    unit: "count",
  },
  totalUsers: {
    name: "Users since opening",
    meaning: "All users who ever registered, including those who left.",
    source: "GET /api/analytics/dashboard",
    unit: "count",
  },
  ordersByStatus: {
    name: "Orders by status",
    meaning: "All known orders by their status now. UNKNOWN: no event so far states the order's status.",
    source: "GET /api/analytics/orders",
    unit: "count",
  },
  paymentMethods: {
    name: "Payment methods",
    meaning: "Revenue and paid orders by payment method; unknown when no event named one.",
    source: "GET /api/analytics/revenue/payment-methods",
    unit: "money",
  },
  itemsSold: {
    name: "Items sold",
    meaning: "Units in the orders whose first payment falls into this time.",
    source: SELLER,
    unit: "count",
  },
  sellerRevenue: {
    name: "Revenue",
    meaning: "Payments minus refunds for the seller's own order lines, each counted at its own time. May be negative.",
    source: SELLER,
    unit: "money",
  },
  sellerGross: {
    name: "Gross revenue",
    meaning: "All payments for the seller's own order lines, before refunds are subtracted.",
    source: SELLER,
    unit: "money",
  },
  sellerRefunds: {
    name: "Refunds",
    meaning: "Money paid back for the seller's own order lines, counted when it is paid back.",
    source: SELLER,
    unit: "money",
  },
  sellerOrders: {
    name: "Orders paid",
    meaning: "Orders with a line of the seller whose first payment falls into this time.",
    source: SELLER,
    unit: "count",
  },
  rating: {
    name: "Average rating",
    meaning:
      "Mean of all ratings so far of the seller's products that are not withdrawn, on a scale from 0 to 5 stars (the API has 0 to 1).",
    source: SELLER,
    unit: "score",
  },
  pendingItems: {
    name: "Items not paid yet",
    meaning:
      "Units in orders that are now created, confirmed or reserved: placed, but not paid, shipped, rejected, cancelled or returned.",
    source: SELLER,
    unit: "count",
  },
  pendingRefunds: {
    name: "Open refund requests",
    meaning: "Paid orders for which a refund was requested and nothing was refunded yet.",
    source: SELLER,
    unit: "count",
  },
  segmentCustomers: {
    name: "Customers",
    meaning: "Customers who ever paid in this currency, by what they spent in all, net of refunds.",
    source: "GET /api/v1/analytic/sales/customer-segments",
    unit: "count",
  },
  segmentRevenue: {
    name: "Revenue of customers",
    meaning: "What the customers of a segment spent in all, net of refunds.",
    source: "GET /api/v1/analytic/sales/customer-segments",
    unit: "money",
  },
  score: {
    name: "Score",
    meaning:
      "Weights times counted events, since the beginning. Daily caps bound what one visitor adds; bots and excluded actors add nothing.",
    source: "GET /api/v1/analytic/popularity/top",
    unit: "score",
  },
  findings: {
    name: "Alerts",
    meaning: "Findings of the rules about orders, carts and products. Each keeps the evidence it rests on.",
    source: "GET /api/v1/analytic/alerts",
    unit: "count",
  },
});

type DefinitionText = Omit<Definition, "id">;

/** Gives each figure its key as the id. */
export function define<K extends string>(figures: Record<K, DefinitionText>): Record<K, Definition> {
  const entries = Object.entries<DefinitionText>(figures).map(([id, text]) => [id, { id, ...text }]);
  return Object.fromEntries(entries);
}
