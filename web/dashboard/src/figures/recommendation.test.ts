import { expect, test } from "vitest";
import { sumOf } from "./recommendation";

test("rates of several days are those of their sums, and absent where nothing was shown", () => {
  const day = { impressions: 100, clicks: 10, conversions: 1 };
  expect(sumOf([day, null, { impressions: 300, clicks: 10, conversions: 4 }])).toEqual({
    impressions: 400,
    clicks: 20,
    conversions: 5,
    clickRate: 0.05,
    conversionRate: 0.25,
  });
  expect(sumOf([])).toMatchObject({ impressions: 0, clickRate: null, conversionRate: null });
});
