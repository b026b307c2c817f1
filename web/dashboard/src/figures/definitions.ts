/** What every figure of the dashboard means. A figure on several pages is defined once and is the same number on each. */

/** The kind of number that a figure is, which decides its format. */
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
      "Payments minus refunds, each counted when it happens. A refund lowers the revenue of the day of the refund, not of the sale.",
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
    meaning: "Orders whose first payment is in this period.",
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
    meaning: "Shipping charged in the orders paid in this period. It is part of the shop's revenue.",
    source: WINDOWS,
    unit: "money",
  },
  tax: {
    name: "Tax",
    meaning: "Tax in the orders paid in this period. It is part of the shop's revenue.",
    source: WINDOWS,
    unit: "money",
  },
  fees: {
    name: "Fees",
    meaning: "Fees in the orders paid in this period. They are part of the shop's revenue.",
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
    name: "New users in this period",
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
    meaning: "All known orders, in any status.",
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
    meaning: "All known orders by current status. UNKNOWN: no event has stated the order's status yet.",
    source: "GET /api/analytics/orders",
    unit: "count",
  },
  paymentMethods: {
    name: "Payment methods",
    meaning: "Revenue and paid orders by payment method; unknown if no event named one.",
    source: "GET /api/analytics/revenue/payment-methods",
    unit: "money",
  },
  itemsSold: {
    name: "Items sold",
    meaning: "Units in the orders whose first payment is in this period.",
    source: SELLER,
    unit: "count",
  },
  sellerRevenue: {
    name: "Revenue",
    meaning: "Payments minus refunds for the seller's own order lines, each counted when it happens. May be negative.",
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
  sellerShipping: {
    name: "Shipping",
    meaning:
      "The seller's share of the shipping charged in the orders paid in this period: all of it in an order of one seller, else in proportion to what the lines cost. Refunds do not lower it. It is not part of the seller's revenue.",
    source: SELLER,
    unit: "money",
  },
  sellerTax: {
    name: "Tax",
    meaning:
      "The seller's share of the tax in the orders paid in this period, shared like shipping. Refunds do not lower it. Tax on top of the prices is not part of the seller's revenue; tax included in them is.",
    source: SELLER,
    unit: "money",
  },
  sellerFees: {
    name: "Fees",
    meaning: "The seller's share of the fees in the orders paid in this period, shared like shipping.",
    source: SELLER,
    unit: "money",
  },
  sellerOrders: {
    name: "Orders paid",
    meaning: "Orders with a line of the seller whose first payment is in this period.",
    source: SELLER,
    unit: "count",
  },
  rating: {
    name: "Average rating",
    meaning:
      "Mean of all ratings of the seller's products, without withdrawn ones, from 0 to 5 stars (0 to 1 in the API).",
    source: SELLER,
    unit: "score",
  },
  pendingItems: {
    name: "Items not paid yet",
    meaning:
      "Units in orders that are created, confirmed or reserved: placed, but not yet paid, shipped, rejected, cancelled or returned.",
    source: SELLER,
    unit: "count",
  },
  pendingRefunds: {
    name: "Open refund requests",
    meaning: "Paid orders with a refund request of which nothing has been refunded yet.",
    source: SELLER,
    unit: "count",
  },
  segmentCustomers: {
    name: "Customers",
    meaning: "Customers who ever paid in this currency, grouped by their total spending, net of refunds.",
    source: "GET /api/v1/analytic/sales/customer-segments",
    unit: "count",
  },
  segmentRevenue: {
    name: "Revenue of customers",
    meaning: "The total spending of the customers of a segment, net of refunds.",
    source: "GET /api/v1/analytic/sales/customer-segments",
    unit: "money",
  },
  score: {
    name: "Score",
    meaning:
      "The sum of all counted events, each times the weight of its type, since the beginning. Daily caps limit what one visitor adds; bots and excluded actors add nothing.",
    source: "GET /api/v1/analytic/popularity/top",
    unit: "score",
  },
  findings: {
    name: "Alerts",
    meaning: "What the rules about orders, carts and products found. Each alert keeps its evidence.",
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
