/** The orders behind figures. */
import type { Client, Schemas } from "../api/client";
import { define } from "./definitions";

/** An order of the list. */
export type Order = Schemas["ListedOrder"];

/** The definition of the list of orders, for its (i) button. */
export const ORDERS = define({
  orders: {
    name: "Orders",
    meaning:
      "The orders behind a figure. Paid: orders whose first payment is in this period, which is how figures count. Placed: orders placed in this period. The status is the current one.",
    source: "GET /api/v1/analytic/sales/orders",
    unit: "count",
  },
});

/** Which instant of an order must be in the period. */
export type OrderInstant = "paid" | "placed";

/** The statuses of orders, in their usual sequence. */
export const STATUSES = [
  "created",
  "confirmed",
  "reserved",
  "paid",
  "shipped",
  "delivered",
  "rejected",
  "cancelled",
  "returned",
  "unknown",
] as const;

/** The status of an order. */
export type Status = (typeof STATUSES)[number];

/** The status that a text names, in upper or lower case. */
export function statusOf(text: string): Status | undefined {
  return STATUSES.find((status) => status === text.toLowerCase());
}

/** The parameters of a list of orders. */
export interface OrdersRequest {
  start: string;
  end: string;
  by: OrderInstant;
  status: Status | undefined;
  currency: string | undefined;
  seller_id: string | undefined;
}

/** A page of orders, and the cursor of the next page. */
export interface OrderPage {
  orders: Order[];
  next: string | undefined;
}

/** Rows of a page. */
export const PAGE_SIZE = 25;

/** How many pages of the API are read for one page of the dashboard. */
const READS_MAX = 8;

/**
 * Reads a page from `cursor` on. With a filter, pages of the API may be short or empty although more orders follow, so this
 * reads up to READS_MAX pages until one page is full.
 */
export async function readOrders(
  api: Client,
  request: OrdersRequest,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<OrderPage> {
  const page: OrderPage = { orders: [], next: cursor };
  for (let read = 0; read < READS_MAX && page.orders.length < PAGE_SIZE; read++) {
    const query = { ...request, cursor: page.next, limit: PAGE_SIZE - page.orders.length };
    const { data, pagination } = await api.get("/api/v1/analytic/sales/orders", { query }, signal);
    page.orders.push(...data);
    page.next = pagination.next_cursor ?? undefined;
    if (page.next === undefined) break;
  }
  return page;
}
