import { expect, test } from "vitest";
import { Format } from "../ui/format";
import { liftNote, sumOf } from "./recommendation";

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

test("a lift is significant only when its whole interval is on one side of 1", () => {
  const format = new Format("en", "UTC", undefined);
  expect(liftNote(format, { ratio: 1.2, low: 1.01, high: 1.4 })).toBe("1.01 to 1.40: a significant improvement");
  expect(liftNote(format, { ratio: 1.2, low: 0.9, high: 1.6 })).toContain("no significant difference");
  expect(liftNote(format, { ratio: 0.8, low: 0.7, high: 0.9 })).toContain("significantly worse");
  expect(liftNote(format, null)).toBe("too few events to compare");
});
