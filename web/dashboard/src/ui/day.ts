/** Days of a time zone: they have 23, 24 or 25 hours, and begin at midnight or, in some zones and years, later. */

/** The local date of an instant, as `2026-11-20`. */
export function dateOf(instant: Date, zone: string): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(
    instant,
  );
}

/** Reads the clock of a zone at an instant, as `09:05:00`: texts that sort like the times of a day. */
export function clockOf(zone: string): (instant: string | Date) => string {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeStyle: "medium" });
  return (instant) => format.format(new Date(instant));
}

/** The date `days` later, or earlier if negative. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The first instant of a local date. */
export function startOfDay(date: string, zone: string): Date {
  const midnight = Date.parse(`${date}T00:00:00Z`);
  // An offset is at most 14 hours; the offset of the guess is that of the day, unless the clocks change in between.
  const guess = midnight - offsetAt(midnight, zone);
  const start = midnight - offsetAt(guess, zone);
  return new Date(dateOf(new Date(start), zone) < date ? guess : start);
}

/** How far the clocks of a zone are ahead of UTC, in milliseconds. */
function offsetAt(instant: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(new Date(instant));
  const part = (type: string) => Number(parts.find((field) => field.type === type)?.value);
  const local = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return local - Math.floor(instant / 1_000) * 1_000;
}
