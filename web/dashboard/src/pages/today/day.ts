/** Today's sales and yesterday's, hour by hour and up to the same time, both by the clock. */
import { LIVE_MS, type Query } from "../../api/useQuery";
import { usePageContext } from "../../app/context";
import { type Days, type SalesWindow, type Totals, totalsOf, useSales } from "../../figures/sales";
import { addDays, clockOf, startOfDay } from "../../ui/day";

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
  /** The totals of yesterday up to the current five minutes of the clock. */
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
  return {
    days,
    start,
    hours,
    yesterday,
    totals: hours.data && totalsOf(hours.data),
    before: yesterday.data && totalsOf(upTo(yesterday.data, new Date(), zone)),
  };
}

/**
 * Yesterday's windows up to the one that began before the clock showed what it shows `now`. Clocks, because a day may be an
 * hour longer or shorter; of an hour that yesterday had twice, the second counts.
 */
export function upTo(windows: SalesWindow[], now: Date, zone: string): SalesWindow[] {
  const clock = clockOf(zone);
  const time = clock(now);
  return windows.slice(0, windows.findLastIndex((window) => clock(window.start) < time) + 1);
}

/**
 * Yesterday's revenue in the hours of today that begin at `starts`, by the clock; windows of five minutes are added up. An
 * hour that today does not have counts in the next one. Null: yesterday did not have the hour.
 */
export function byHour(windows: SalesWindow[], starts: string[], zone: string): (number | null)[] {
  const clock = clockOf(zone);
  const hourOf = (instant: string) => clock(instant).slice(0, 2);
  const hours = starts.map(hourOf);
  const sums = new Array<number | null>(hours.length).fill(null);
  for (const window of windows) {
    const hour = hourOf(window.start);
    const index = hours.findIndex((today) => today >= hour);
    if (index !== -1) sums[index] = (sums[index] ?? 0) + window.revenue;
  }
  return sums;
}
