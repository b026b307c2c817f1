/** How a figure is compared with an earlier one. */

/** The change in percent, relative to the absolute value of the earlier figure; null when that was 0, as in the API. */
export function changeOf(now: number, before: number): number | null {
  return before === 0 ? null : Math.round(((now - before) / Math.abs(before)) * 10_000) / 100;
}
