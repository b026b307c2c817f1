/** The periods for the figures of a seller. */

import { type Days, lastDays } from "../../figures/sales";
import { addDays, startOfDay } from "../../ui/day";

/** The number of days, as in the address. */
export type Range = "7" | "30" | "90" | "365";

/** The ranges to choose from. */
export const RANGES: readonly (readonly [Range, string])[] = [
  ["7", "7 days"],
  ["30", "30 days"],
  ["90", "90 days"],
  ["365", "A year"],
];

/** The step of the charts of a range; 365 daily bars would be too narrow. */
export function stepOf(range: Range): "day" | "week" | "month" {
  if (range === "365") return "month";
  return range === "90" ? "week" : "day";
}

/** The days of a range, with the instants of their start and end. */
export function spanOf(range: Range, today: string, zone: string): { days: Days; start: string; end: string } {
  const days = lastDays(today, Number(range));
  const instant = (date: string) => startOfDay(date, zone).toISOString();
  return { days, start: instant(days.first), end: instant(addDays(today, 1)) };
}
