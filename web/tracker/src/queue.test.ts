import { expect, test } from "vitest";
import { batchOf, type Item } from "./queue.js";

const HOUR_MS = 3_600_000;

function item(owner: string, occurredAt = Date.now(), text = ""): Item {
  return {
    owner,
    event: {
      event_id: crypto.randomUUID(),
      event_type: "view",
      ref_type: "Product",
      ref_id: text,
      occurred_at: new Date(occurredAt).toISOString(),
    },
  };
}

test("a batch is of one owner, in order", () => {
  const [a, b, c, d] = [item(""), item("x"), item(""), item("x")];
  expect(batchOf([a, b, c, d], 20, 10_000)).toEqual([a, c]);
  expect(batchOf([b, c, d], 20, 10_000)).toEqual([b, d]);
});

test("a batch has at most as many events and bytes as asked for, and at least one", () => {
  const items = Array.from({ length: 30 }, () => item("", Date.now(), "ä".repeat(100)));
  expect(batchOf(items, 20, 100_000)).toHaveLength(20);
  const batch = batchOf(items, 20, 2000);
  const bytes = new TextEncoder().encode(JSON.stringify(batch.map(({ event }) => event))).length;
  expect(bytes).toBeLessThanOrEqual(2000);
  expect(bytes).toBeGreaterThan(1500);
  expect(batchOf(items, 20, 10)).toHaveLength(1);
});

test("events from before the clock was set back travel apart", () => {
  const [ahead, now] = [item("", Date.now() + 2 * HOUR_MS), item("")];
  expect(batchOf([ahead, now], 20, 10_000)).toEqual([ahead]);
  expect(batchOf([now, ahead], 20, 10_000)).toEqual([now]);
});
