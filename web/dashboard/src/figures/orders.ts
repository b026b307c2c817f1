/** The orders behind figures. */
import type { Client, Schemas } from "../api/client";
import { define } from "./definitions";

/** An order of the list. */
export type Order = Schemas["ListedOrder"];

/** The list of orders as a figure, so that it says what it holds. */
export const ORDERS = define({
  orders: {
    name: "Orders",
    meaning:
      "The orders behind a figure. Paid: orders whose first payment is in this period, which is how figures count. Placed: orders placed in this period. The status is the current one.",
    source: "GET /api/v1/analytic/sales/orders",
    unit: "count",
  },
});

/** Which instant of an order lies in the range of time. */
export type OrderInstant = "paid" | "placed";

/** The statuses of orders, in the order of their life. */
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

/** The status that a text names, in capitals or not. */
export function statusOf(text: string): Status | undefined {
  return STATUSES.find((status) => status === text.toLowerCase());
}

/** Which orders are asked for. */
export interface OrdersRequest {
  start: string;
  end: string;
  by: OrderInstant;
  status: Status | undefined;
  currency: string | undefined;
  seller_id: string | undefined;
}

/** A page of orders, and how to go on. */
export interface OrderPage {
  orders: Order[];
  next: string | undefined;
}

/** Rows of a page. */
export const PAGE_SIZE = 25;

/** Pages of the API that are read for one of ours. */
const READS_MAX = 8;

/**
 * Reads a page from `cursor` on. With a filter, pages of the API may be short or empty although there is more, so it reads on
 * until there is something to show, within bounds.
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
