import { expect, test } from "vitest";
import { Format, knownLocale } from "./format";

test("a language that is none becomes English instead of stopping every page", () => {
  expect(["de-AT", "en_US.UTF-8", "en-US@posix", "", "C"].map(knownLocale)).toEqual(["de-AT", "en", "en", "en", "en"]);
  expect(new Format(knownLocale("en-US@posix"), "UTC", "EUR").money(123456)).toBe("€1,234.56");
});
