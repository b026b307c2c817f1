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
