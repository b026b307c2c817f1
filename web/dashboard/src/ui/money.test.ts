import { expect, test } from "vitest";
import { decimalsOf, exactOf, majorOf } from "./money";

test("amounts are exact in the decimals of ISO 4217, where Intl would show others", () => {
  expect(majorOf(1050, "EUR")).toBe("10.50");
  expect(majorOf(-5, "EUR")).toBe("-0.05");
  expect(majorOf(0, "EUR")).toBe("0.00");
  expect(majorOf(1234, "VND")).toBe("1234");
  expect(majorOf(1, "KWD")).toBe("0.001");
  expect(majorOf(9_007_199_254_740_991, "EUR")).toBe("90071992547409.91");
  expect(["HUF", "IQD", "ISK", "CLF", "COP"].map(decimalsOf)).toEqual([2, 3, 0, 4, 2]);
});

test("a CSV file has no amount whose currency is unknown", () => {
  expect([exactOf(1050, "EUR"), exactOf(null, "EUR"), exactOf(1050, undefined)]).toEqual(["10.50", null, null]);
});
