import { expect, test } from "vitest";
import { Format, knownLocale } from "./format";

test("a language that is none becomes English instead of stopping every page", () => {
  expect(["de-AT", "en_US.UTF-8", "en-US@posix", "", "C"].map(knownLocale)).toEqual(["de-AT", "en", "en", "en", "en"]);
  expect(new Format(knownLocale("en-US@posix"), "UTC", "EUR").money(123456)).toBe("€1,234.56");
});

test("an amount without a currency is not written as if it were one, except 0", () => {
  const format = new Format("en", "UTC", undefined);
  expect([123456, 0, null].map((minor) => format.money(minor))).toEqual(["–", "0", "–"]);
  expect(format.money(123456, "EUR")).toBe("€1,234.56");
  expect(format.shortMoney(123456)).toBe("–");
});
