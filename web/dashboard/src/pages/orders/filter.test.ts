import { expect, test } from "vitest";
import { daysOf, isInAllCurrencies } from "./filter";

const USUAL = { first: "2026-11-01", last: "2026-11-30" };

test("days come from the address, in either order, and the usual ones replace invalid dates", () => {
  expect(daysOf("2026-10-01", "2026-10-02", USUAL)).toEqual({ first: "2026-10-01", last: "2026-10-02" });
  expect(daysOf("2026-10-02", "2026-10-01", USUAL)).toEqual({ first: "2026-10-01", last: "2026-10-02" });
  expect(daysOf(null, "2026-13-40", USUAL)).toEqual(USUAL);
  expect(daysOf("yesterday", null, USUAL)).toEqual(USUAL);
  for (const date of ["9999-12-31", "0000-01-01", "2026-02-31"]) expect(daysOf(date, date, USUAL)).toEqual(USUAL);
});

test("placed orders are in all currencies and paid orders in one, unless the user chooses", () => {
  expect([isInAllCurrencies(null, "placed"), isInAllCurrencies(null, "paid")]).toEqual([true, false]);
  expect([isInAllCurrencies("one", "placed"), isInAllCurrencies("all", "paid")]).toEqual([false, true]);
});
