import { expect, test } from "vitest";
import { addDays, dateOf, startOfDay } from "./day";

test("days begin at the midnight of their zone, also when clocks change", () => {
  const start = (date: string, zone: string) => startOfDay(date, zone).toISOString();
  expect(start("2026-11-20", "UTC")).toBe("2026-11-20T00:00:00.000Z");
  expect(start("2026-11-20", "Asia/Kolkata")).toBe("2026-11-19T18:30:00.000Z");
  expect(start("2026-03-29", "Europe/Berlin")).toBe("2026-03-28T23:00:00.000Z");
  expect(start("2026-03-30", "Europe/Berlin")).toBe("2026-03-29T22:00:00.000Z");
  expect(start("2026-10-25", "Europe/Berlin")).toBe("2026-10-24T22:00:00.000Z");
  expect(start("2026-10-26", "Europe/Berlin")).toBe("2026-10-25T23:00:00.000Z");
  expect(start("2026-11-20", "Pacific/Kiritimati")).toBe("2026-11-19T10:00:00.000Z");
  expect(start("2026-03-08", "America/Los_Angeles")).toBe("2026-03-08T08:00:00.000Z");
});

test("a day without midnight begins at its first instant", () => {
  // Clocks in Beirut went from 00:00 to 01:00 on this day.
  expect(startOfDay("2024-03-31", "Asia/Beirut").toISOString()).toBe("2024-03-30T22:00:00.000Z");
});

test("dates are those of the zone", () => {
  const instant = new Date("2026-11-20T23:30:00Z");
  expect(dateOf(instant, "UTC")).toBe("2026-11-20");
  expect(dateOf(instant, "Europe/Berlin")).toBe("2026-11-21");
  expect(addDays("2026-03-01", -1)).toBe("2026-02-28");
});
