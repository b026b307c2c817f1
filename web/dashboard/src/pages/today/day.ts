/** Today's sales and yesterday's, hour by hour and up to the same time of day. */
import { LIVE_MS, type Query } from "../../api/useQuery";
import { usePageContext } from "../../app/context";
import { type Days, type SalesWindow, type Totals, totalsOf, useSales } from "../../figures/sales";
import { addDays, startOfDay } from "../../ui/day";

/** Yesterday changes only by refunds and late events. */
const YESTERDAY_MS = 300_000;

/** Shared by the cards about today, so that they show the same instant. */
export interface Day {
  days: Days;
  start: Date;
  /** Today by hour, including future hours. */
  hours: Query<SalesWindow[]>;
  /** Yesterday in windows of five minutes. */
  yesterday: Query<SalesWindow[]>;
  totals: Totals | undefined;
  /** The totals of yesterday up to the current five minutes of the day. */
  before: Totals | undefined;
}

/** Reads today, live, and yesterday. */
export function useDay(today: string): Day {
  const { zone } = usePageContext();
  const days = { first: today, last: today };
  const start = startOfDay(today, zone);
  const date = addDays(today, -1);
  const hours = useSales(days, "1h", LIVE_MS);
  const yesterday = useSales({ first: date, last: date }, "5m", YESTERDAY_MS);
  const elapsed = Date.now() - start.getTime();
  return {
    days,
    start,
    hours,
    yesterday,
    totals: hours.data && totalsOf(hours.data),
    before: yesterday.data && totalsOf(upTo(yesterday.data, elapsed)),
  };
}

/** The windows that had begun when `elapsed` ms of their day had passed. */
export function upTo(windows: SalesWindow[], elapsed: number): SalesWindow[] {
  const first = Date.parse(windows[0]?.start ?? "");
  return windows.filter((window) => Date.parse(window.start) - first < elapsed);
}

/** The revenue of a day by its hours; windows of five minutes are added up. */
export function byHour(windows: SalesWindow[], hours: number): number[] {
  const first = Date.parse(windows[0]?.start ?? "");
  const sums = new Array<number>(hours).fill(0);
  for (const window of windows) {
    const hour = Math.floor((Date.parse(window.start) - first) / 3_600_000);
    if (hour < hours) sums[hour] = (sums[hour] ?? 0) + window.revenue;
  }
  return sums;
}
