import { expect, test } from "vitest";
import { batchOf, type Item, queueOf } from "./queue.js";
import type { Store } from "./store.js";

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

test("a batch has at most the requested numbers of events and bytes, and at least one event", () => {
  const items = Array.from({ length: 30 }, () => item("", Date.now(), "ä".repeat(100)));
  expect(batchOf(items, 20, 100_000)).toHaveLength(20);
  const batch = batchOf(items, 20, 2000);
  const bytes = new TextEncoder().encode(JSON.stringify(batch.map(({ event }) => event))).length;
  expect(bytes).toBeLessThanOrEqual(2000);
  expect(bytes).toBeGreaterThan(1500);
  expect(batchOf(items, 20, 10)).toHaveLength(1);
});

test("events from before the clock was set back get their own request", () => {
  const [ahead, now] = [item("", Date.now() + 2 * HOUR_MS), item("")];
  expect(batchOf([ahead, now], 20, 10_000)).toEqual([ahead]);
  expect(batchOf([now, ahead], 20, 10_000)).toEqual([now]);
});

/** A storage that several tabs share. */
function sharedStore(): Store & { entries: Map<string, unknown> } {
  const entries = new Map<string, unknown>();
  return {
    entries,
    get: (key, format) => format.test(JSON.stringify(entries.get(key))) && entries.get(key),
    set: (key, value) => entries.set(key, structuredClone(value)) !== undefined,
    remove: (key) => entries.delete(key),
    keys: (start) => [...entries.keys()].filter((key) => key.startsWith(start)),
  };
}

/** A queue with a stored event of each age. */
function queueWith(store: Store, agesInHours: number[]) {
  const queue = queueOf(store, 100, () => undefined);
  const added = agesInHours.map((age) => item("", Date.now() - age * HOUR_MS));
  for (const item of added) {
    queue.add(item);
    queue.save(item);
  }
  return { queue, added };
}

const idsOf = (items: Item[]) => items.map(({ event }) => event.event_id);

test("events of earlier pages are first in the queue, oldest first, and are dropped first", () => {
  const store = sharedStore();
  const { added } = queueWith(store, [1, 3, 2]);
  const dropped: Item[] = [];
  const queue = queueOf(store, 3, (item) => dropped.push(item));
  const own = item("");
  queue.add(own);
  queue.adopt();
  const [hourOld, threeHoursOld, twoHoursOld] = idsOf(added);
  expect(idsOf(dropped)).toEqual([threeHoursOld]);
  expect(idsOf(queue.items())).toEqual([twoHoursOld, hourOld, own.event.event_id]);
});

test("an event that another tab has settled is not sent again", () => {
  const store = sharedStore();
  const other = queueWith(store, [1, 2]);
  const queue = queueOf(store, 100, () => undefined);
  queue.adopt();
  expect(queue.items()).toHaveLength(2);
  other.queue.remove(other.added[0] as Item);
  expect(idsOf(queue.items())).toEqual(idsOf(other.added.slice(1)));
});

test("an entry that is not an event is removed from the storage and breaks nothing", () => {
  const store = sharedStore();
  const { added } = queueWith(store, [1]);
  store.set("event.1", "text");
  store.set("event.2", { length: 2 });
  store.set("event.3", ["", { event_id: "4" }]);
  store.set("visit", ["id", 0, ""]);
  const queue = queueOf(store, 100, () => undefined);
  queue.adopt();
  expect(idsOf(queue.items())).toEqual(idsOf(added));
  expect([...store.entries.keys()]).toEqual([`event.${idsOf(added)[0]}`, "visit"]);
});

test("an item that was removed is not saved again", () => {
  const store = sharedStore();
  const { queue, added } = queueWith(store, [1]);
  queue.clear();
  queue.save(added[0] as Item);
  expect(store.entries.size).toBe(0);
});
