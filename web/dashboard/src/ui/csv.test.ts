import { expect, test } from "vitest";
import { csvOf } from "./csv";

test("text from outside can neither be a formula nor start another cell", () => {
  const text = csvOf(
    ["id", "n"],
    [
      ["=HYPERLINK(1)", -1.5],
      ['a,"b"', null],
      ["-7", 7],
    ],
  );
  expect(text).toBe('id,n\r\n\'=HYPERLINK(1),-1.5\r\n"a,""b""",\r\n-7,7\r\n');
});

test("a formula is none behind a semicolon or a line break, where some spreadsheets begin a cell", () => {
  const text = csvOf(["id"], [["p-1;=HYPERLINK(1)"], ["p-1\n=1"], ["a-b=c"]]);
  expect(text).toBe("id\r\np-1;'=HYPERLINK(1)\r\n\"p-1\n'=1\"\r\na-b=c\r\n");
});
