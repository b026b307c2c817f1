import { expect, test } from "vitest";
import { byHour, upTo } from "../pages/today/day";
import { changeOf } from "./change";
import { averageOrder, lastDays, type SalesWindow, totalsOf } from "./sales";

const window = (start: string, revenue: number, orders = 1): SalesWindow => ({
  start,
  end: start,
  orders,
  revenue,
  gross_revenue: revenue,
  refunds: 0,
  shipping: 0,
  tax: 0,
  fees: 0,
  trend: {},
});

const ZONE = "Europe/Berlin";

/** Windows with these starts, whose revenue tells them apart: 1, 2, 4 and so on. */
const windows = (...starts: string[]) => starts.map((start, index) => window(start, 2 ** index));

/** The starts of the hours of a day that has so many, from its first instant on. */
const hours = (first: string, count: number) =>
  Array.from({ length: count }, (_, hour) => new Date(Date.parse(first) + hour * 3_600_000).toISOString());

test("changes are relative to the absolute value of the earlier figure, as in the API", () => {
  expect(changeOf(150, 100)).toBe(50);
  expect(changeOf(-50, -100)).toBe(50);
  expect(changeOf(2, 3)).toBe(-33.33);
  expect(changeOf(5, 0)).toBeNull();
});

test("yesterday by this time has the windows that began before the clock showed the same", () => {
  const revenues = (day: SalesWindow[], now: string) => upTo(day, new Date(now), ZONE).map(({ revenue }) => revenue);
  const usual = windows("2026-10-24T09:25:00Z", "2026-10-24T09:30:00Z", "2026-10-24T10:30:00Z");
  // The day of the longer night: 11:30 in Berlin is 10:30 UTC, and was 09:30 the day before.
  expect(revenues(usual, "2026-10-25T10:30:00Z")).toEqual([1]);
  expect(revenues(usual, "2026-10-25T10:30:01Z")).toEqual([1, 2]);
  // The day after it: what was sold at 11:30 was sold by 12:00.
  expect(revenues(windows("2026-10-25T10:30:00Z", "2026-10-25T11:00:00Z"), "2026-10-26T11:00:00Z")).toEqual([1]);
  expect(revenues([], "2026-10-26T11:00:00Z")).toEqual([]);
});

test("of an hour that yesterday had twice, the second counts for yesterday by this time", () => {
  const twice = windows("2026-10-25T00:10:00Z", "2026-10-25T00:50:00Z", "2026-10-25T01:10:00Z", "2026-10-25T01:50:00Z");
  expect(totalsOf(upTo(twice, new Date("2026-10-26T01:30:00Z"), ZONE)).revenue).toBe(1 + 2 + 4);
});

test("yesterday's windows are summed by the hours of the clock", () => {
  const before = byHour(
    windows("2026-10-24T10:30:00Z", "2026-10-24T10:55:00Z"),
    hours("2026-10-24T22:00:00Z", 25),
    ZONE,
  );
  expect(before.indexOf(1 + 2), "the 14th hour of a day that has 02:00 twice").toBe(13);
  expect(before.filter((sum) => sum !== null)).toHaveLength(1);
  const after = byHour(
    windows("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"),
    hours("2026-10-25T23:00:00Z", 24),
    ZONE,
  );
  expect(after.indexOf(1 + 2), "02:00, which yesterday had twice").toBe(2);
  const missing = byHour(windows("2026-03-28T01:30:00Z"), hours("2026-03-28T23:00:00Z", 23), ZONE);
  expect(missing.indexOf(1), "03:00, as today has no 02:00").toBe(2);
});

test("an average order is rounded half up, and there is none without orders", () => {
  expect(averageOrder(totalsOf([window("", 5, 1), window("", 4, 1)]))).toBe(5);
  expect(averageOrder(totalsOf([window("", 5, 0)]))).toBeNull();
  expect(lastDays("2026-03-01", 2)).toEqual({ first: "2026-02-28", last: "2026-03-01" });
});
