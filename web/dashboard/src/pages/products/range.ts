/** The periods for the charts of a product. */
import { type Days, lastDays } from "../../figures/sales";
import { addDays, startOfDay } from "../../ui/day";

/** The name of a period in the address. */
export type Range = "48h" | "30d" | "90d";

/** The ranges to choose from. */
export const RANGES: readonly (readonly [Range, string])[] = [
  ["48h", "2 days"],
  ["30d", "30 days"],
  ["90d", "90 days"],
];

/** What a chart of a range shows. */
export interface Span {
  days: Days;
  step: "hour" | "day";
  start: string;
  end: string;
  /** The zone of the days. */
  zone: string;
}

/**
 * The span of a range up to `today`. Points are kept by hour for 35 days, and by UTC day after that. So days of another zone
 * can be shown for 35 days, and only if they begin at a full hour of UTC.
 */
export function spanOf(range: Range, today: string, zone: string): Span {
  const count = { "48h": 2, "30d": 30, "90d": 90 }[range];
  const days = lastDays(today, count);
  const local = range === "48h" || (range === "30d" && everyDayBeginsAtAFullHour(days, zone));
  const used = local ? zone : "UTC";
  const instant = (date: string) => startOfDay(date, used).toISOString();
  return {
    days,
    step: range === "48h" ? "hour" : "day",
    start: instant(days.first),
    end: instant(addDays(days.last, 1)),
    zone: used,
  };
}

function everyDayBeginsAtAFullHour(days: Days, zone: string): boolean {
  for (let day = days.first; day <= days.last; day = addDays(day, 1)) {
    if (startOfDay(day, zone).getUTCMinutes() !== 0) return false;
  }
  return true;
}
