import { attempt, utf8Length } from "./attempt.js";
import type { WireEvent } from "./event.js";
import type { Owner } from "./owner.js";
import type { Store } from "./store.js";

/** A waiting event. */
export interface Item {
  event: WireEvent;
  owner: Owner;
  /** Read from the storage: another tab may be sending it too. */
  isAdopted?: boolean;
  /** Whether it is in the storage. */
  isSaved?: boolean | undefined;
}

/** The unsent events of this tab, oldest first. Each is also in the storage under its own key, so tabs never overwrite
 *  each other's events; the entry is removed when its event is settled. */
export interface Queue {
  add(item: Item): void;
  /** Writes an item to the storage, so that it survives the page. */
  save(item: Item): void;
  remove(item: Item): void;
  /** Takes over the unsent events of earlier pages and closed tabs. */
  adopt(): void;
  /** Removes everything, also what other tabs have stored. */
  clear(): void;
  items(): Item[];
}

const KEY = "event.";
/** How the JSON of an entry begins. */
const ENTRY = /^\["\w*",{"event_id":"[\da-f-]{36}",/;

/** An empty queue of at most `limit` items; `onDrop` is called for each item that is dropped to make room. */
export function queueOf(store: Store, limit: number, onDrop: (item: Item) => void): Queue {
  const items = new Map<string, Item>();
  const remove = ({ event }: Item) => {
    items.delete(event.event_id);
    store.remove(KEY + event.event_id);
  };
  const add = (item: Item) => {
    items.set(item.event.event_id, item);
    for (const oldest of items.values()) {
      if (items.size <= limit) break;
      remove(oldest);
      onDrop(oldest);
    }
  };
  return {
    add,
    remove,
    save(item) {
      const isWaiting = items.has(item.event.event_id);
      item.isSaved = isWaiting && store.set(KEY + item.event.event_id, [item.owner, item.event]);
    },
    adopt() {
      const known = [...items.values()];
      const found = store.keys(KEY).flatMap((key) => {
        const [owner, event] = (store.get(key, ENTRY) || []) as [Owner, WireEvent?];
        // `attempt`, because `Date.parse` throws for some objects.
        if (event && key === KEY + event.event_id && attempt(() => Date.parse(event.occurred_at) > 0))
          return items.has(event.event_id) ? [] : { owner, event, isAdopted: true, isSaved: true };
        store.remove(key);
        return [];
      });
      found.sort((a, b) => (a.event.occurred_at < b.event.occurred_at ? -1 : 1));
      // Adopted items go before this tab's own, because the oldest are dropped first.
      items.clear();
      for (const item of [...found, ...known]) add(item);
    },
    clear() {
      items.clear();
      for (const key of store.keys(KEY)) store.remove(key);
    },
    items() {
      // Items that another tab has settled are no longer in the storage.
      for (const [id, item] of items) if (item.isAdopted && !store.get(KEY + id, ENTRY)) items.delete(id);
      return [...items.values()];
    },
  };
}

/** The first items of one owner that make a request of at most `count` events and `bytes`. */
export function batchOf(items: Item[], count: number, bytes: number): Item[] {
  const batch: Item[] = [];
  const isAhead = ({ event }: Item) => Date.parse(event.occurred_at) > Date.now();
  for (const item of items) {
    const first = batch[0] ?? item;
    // Events from before the clock was set back go into their own request, because `sent_at` must not precede them.
    if (item.owner !== first.owner || isAhead(item) !== isAhead(first)) continue;
    bytes -= utf8Length(JSON.stringify(item.event)) + 1;
    if (batch.length === count || (bytes < 0 && batch.length)) break;
    batch.push(item);
  }
  return batch;
}
