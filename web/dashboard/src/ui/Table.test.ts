import { expect, test } from "vitest";
import { type Column, sort } from "./Table";

test("numbers sort as numbers, and rows without a value come last in both directions", () => {
  const column: Column<number | null> = { title: "n", value: (row) => row };
  expect(sort([10, null, 9, -1], column, false)).toEqual([-1, 9, 10, null]);
  expect(sort([10, null, 9, -1], column, true)).toEqual([10, 9, -1, null]);
});
