/** Sales over time, read and summed the same way for every page. */
import type { Schemas } from "../api/client";
import { type Query, useQuery } from "../api/useQuery";
import { usePageContext } from "../app/context";
import { addDays, startOfDay } from "../ui/day";

/** The sales of one window of time. */
export type SalesWindow = Schemas["SalesWindow"];

/** The sums of several windows. */
export type Totals = Pick<
  SalesWindow,
  "orders" | "revenue" | "gross_revenue" | "refunds" | "shipping" | "tax" | "fees"
>;

const NOTHING: Totals = { orders: 0, revenue: 0, gross_revenue: 0, refunds: 0, shipping: 0, tax: 0, fees: 0 };

/** The sum of windows. */
export function totalsOf(windows: readonly SalesWindow[]): Totals {
  return windows.reduce(
    (sum, window) => ({
      orders: sum.orders + window.orders,
      revenue: sum.revenue + window.revenue,
      gross_revenue: sum.gross_revenue + window.gross_revenue,
      refunds: sum.refunds + window.refunds,
      shipping: sum.shipping + window.shipping,
      tax: sum.tax + window.tax,
      fees: sum.fees + window.fees,
    }),
    NOTHING,
  );
}

/** Gross revenue per paid order, rounded half up as in the API; null without orders. */
export function averageOrder(totals: Totals): number | null {
  return totals.orders === 0 ? null : Math.floor(totals.gross_revenue / totals.orders + 0.5);
}

/** A span of local days: from the start of `first` to the end of `last`. */
export interface Days {
  first: string;
  last: string;
}

/** The last `count` days up to `today`. */
export function lastDays(today: string, count: number): Days {
  return { first: addDays(today, 1 - count), last: today };
}

/** Sales of a span of days in windows of `size`, of the whole shop or of one seller; polled every `every` ms. */
export function useSales(
  days: Days,
  size: Schemas["WindowSize"],
  every: number,
  seller?: string,
): Query<SalesWindow[]> {
  const { api, zone, currency } = usePageContext();
  const start = startOfDay(days.first, zone).toISOString();
  const end = startOfDay(addDays(days.last, 1), zone).toISOString();
  const query = { size, start, end, tz: zone, currency, seller_id: seller };
  const read = async (signal: AbortSignal) =>
    (await api.get("/api/v1/analytic/sales/windows", { query }, signal)).data.windows;
  return useQuery(JSON.stringify(query), read, every);
}

/** The scope of a figure as text: equal scopes mean equal numbers. */
export function scopeOf(days: Days, currency: string | undefined, subject = "shop"): string {
  return `${subject} ${days.first}..${days.last} ${currency ?? ""}`;
}
