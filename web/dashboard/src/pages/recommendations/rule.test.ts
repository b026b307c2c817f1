import { describe, expect, it } from "vitest";
import { EMPTY, errorOf, requestOf } from "./rule";

const ZONE = "Europe/Berlin";

describe("a rule", () => {
  it("has the numbers of its action and no others", () => {
    const form = { ...EMPTY, target_id: " p-1 ", position: "3", factor: "2", reason: " Christmas " };
    const sent = (changes: Partial<typeof EMPTY>) =>
      JSON.parse(JSON.stringify(requestOf({ ...form, ...changes }, ZONE)));
    const common = { target_id: "p-1", reason: "Christmas" };
    expect(sent({ target: "seller" })).toEqual({ ...common, action: "pin", target: "product", position: 3 });
    expect(sent({ action: "bury", target: "seller", placement: "cart" })).toEqual({
      ...common,
      action: "bury",
      target: "seller",
      factor: 2,
      placement: "cart",
    });
    expect(sent({ action: "exclude" })).toEqual({ ...common, action: "exclude", target: "product" });
  });

  it("lasts from the start of its first day to the end of its last day, by the chosen time zone", () => {
    const { starts_at, ends_at } = requestOf({ ...EMPTY, starts_at: "2026-10-24", ends_at: "2026-10-25" }, ZONE);
    expect([starts_at, ends_at]).toEqual(["2026-10-23T22:00:00.000Z", "2026-10-25T23:00:00.000Z"]);
  });

  it("has its errors at the field that the API names", () => {
    expect(errorOf("body: factor: must be above 1")).toEqual({ field: "factor", text: "must be above 1" });
    expect(errorOf("ends_at: must be: later")).toEqual({ field: "ends_at", text: "must be: later" });
    expect(errorOf("too many rules: 200")).toEqual({ field: undefined, text: "too many rules: 200" });
  });
});
