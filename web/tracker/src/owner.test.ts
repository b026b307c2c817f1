import { expect, test } from "vitest";
import { ownerOf } from "./owner.js";

/** A token without a signature: the tracker only reads the account. */
function token(claims: Record<string, unknown>): string {
  const bytes = new TextEncoder().encode(JSON.stringify(claims));
  const payload = btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
  return `e30.${payload}.`;
}

test("a guest has no owner", () => {
  expect(ownerOf(undefined)).toBe("");
  expect(ownerOf(null)).toBe("");
  expect(ownerOf("")).toBe("");
});

test("a renewed token is of the same owner, another account's is not", () => {
  const owner = ownerOf(token({ sub: "0192e4a0-0000-7000-8000-000000000001", exp: 1 }));
  expect(owner).toBe(ownerOf(token({ sub: "0192e4a0-0000-7000-8000-000000000001", exp: 2, name: "ÿ?>~" })));
  expect(owner).not.toBe(ownerOf(token({ sub: "0192e4a0-0000-7000-8000-000000000002", exp: 1 })));
});

test("the hash does not contain the account, and an unreadable token is not a guest's", () => {
  expect(ownerOf(token({ sub: "0192e4a0" }))).toMatch(/^a[0-9a-z]{1,7}$/);
  expect(ownerOf("opaque")).not.toBe("");
});
