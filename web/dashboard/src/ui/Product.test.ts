import { expect, test } from "vitest";
import { hasPage } from "./Product";

test("a product has a page, unless no path can name it", () => {
  expect(
    ["p-1", "gid://shop/Product/1", "...", ".a", "topper", "explain", "50%", "a b"].filter((id) => !hasPage(id)),
  ).toEqual([]);
  expect([".", "..", "top", "a?b", "a#b", "x/explain", "x/history"].filter(hasPage)).toEqual([]);
});
