/** Links from a figure to what is behind it. */
import { link } from "../app/location";
import { PAGES } from "../app/pages";
import type { Days } from "./sales";

/** The orders of one seller that were paid in a span of days. */
export function sellerOrdersLink(days: Days, seller: string): string {
  return link("orders", { first: days.first, last: days.last, seller });
}

/** The orders of a span of days: those paid in it, or those placed in it; all of them, or those in one status. */
export function ordersLink(days: Days, by: "paid" | "placed" = "paid", status?: string): string | undefined {
  if (!PAGES.some((page) => page.path === "orders")) return undefined;
  return link("orders", { first: days.first, last: days.last, by: by === "paid" ? undefined : by, status });
}
