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

/** A day whose clocks go forward: its third hour is missing. */
const DAY = [
  window("2026-03-28T23:00:00Z", 100),
  window("2026-03-29T00:55:00Z", 20),
  window("2026-03-29T01:05:00Z", 3),
];

test("changes are relative to the absolute value of the earlier figure, as in the API", () => {
  expect(changeOf(150, 100)).toBe(50);
  expect(changeOf(-50, -100)).toBe(50);
  expect(changeOf(2, 3)).toBe(-33.33);
  expect(changeOf(5, 0)).toBeNull();
});

test("yesterday by this time has the windows that had begun after the same time of its day", () => {
  expect(upTo(DAY, 115 * 60_000).map(({ revenue }) => revenue)).toEqual([100]);
  expect(upTo(DAY, 115 * 60_000 + 1).map(({ revenue }) => revenue)).toEqual([100, 20]);
  expect(upTo([], 1)).toEqual([]);
});

test("windows of five minutes are summed by elapsed hours, and those after the last hour are left out", () => {
  expect(byHour(DAY, 3)).toEqual([100, 20, 3]);
  expect(byHour(DAY, 1)).toEqual([100]);
});

test("an average order is rounded half up, and there is none without orders", () => {
  expect(averageOrder(totalsOf([window("", 5, 1), window("", 4, 1)]))).toBe(5);
  expect(averageOrder(totalsOf([window("", 5, 0)]))).toBeNull();
  expect(lastDays("2026-03-01", 2)).toEqual({ first: "2026-02-28", last: "2026-03-01" });
});
