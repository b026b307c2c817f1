/** Links from figures to the orders behind them. */
import { link } from "../app/location";
import { PAGES } from "../app/pages";
import type { Days } from "./sales";

/** The orders of one seller that were paid in a span of days. */
export function sellerOrdersLink(days: Days, seller: string): string {
  return link("orders", { first: days.first, last: days.last, seller });
}

/** The orders that were paid or placed in a span of days, in any status or in one. */
export function ordersLink(days: Days, by: "paid" | "placed" = "paid", status?: string): string | undefined {
  if (!PAGES.some((page) => page.path === "orders")) return undefined;
  return link("orders", { first: days.first, last: days.last, by: by === "paid" ? undefined : by, status });
}
