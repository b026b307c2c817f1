import { expect, test } from "vitest";
import { conservationOf } from "./flow";

test("a measurement without a difference is good for two days", () => {
  const measured = "2026-11-20T03:00:00Z";
  const at = (time: string) => conservationOf(0, measured, Date.parse(time));
  expect(at("2026-11-22T03:00:00Z")).toBe("good");
  expect(at("2026-11-22T03:00:01Z")).toBe("stale");
  expect(conservationOf(1, measured, Date.parse("2026-12-22T03:00:00Z"))).toBe("bad");
});
