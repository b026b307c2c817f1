/** Links from a figure to what is behind it. */
import { link } from "../app/location";
import { PAGES } from "../app/pages";
import type { Days } from "./sales";

/** The orders of a span of days, optionally of one status. */
export function ordersLink(days: Days, currency: string | undefined, status?: string): string | undefined {
  if (!PAGES.some((page) => page.path === "orders")) return undefined;
  return link("orders", { first: days.first, last: days.last, currency, status });
}
