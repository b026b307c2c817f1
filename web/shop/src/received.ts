import type { WireEvent } from "@shopsignal/tracker";
import { type Observable, observable } from "./observable.js";

/** The state of an event. */
export type Status = "waiting" | "accepted" | "duplicate" | "conflict" | "rejected";

/** An event of this visit, for the strip at the bottom. */
export interface Received {
  id: string;
  type: string;
  /** The id of a product, a category or an order. */
  about: string;
  at: Date;
  status: Status;
}

/** How many events the strip shows. */
const SHOWN_MAX = 12;

/** The last events, newest first. */
export const received: Observable<Received[]> = observable([]);

/** Adds an event, or updates its entry. */
export function recordEvent(entry: Received): void {
  const others = received.get().filter(({ id }) => id !== entry.id);
  const known = received.get().find(({ id }) => id === entry.id);
  received.set([{ ...entry, at: known?.at ?? entry.at }, ...others].sort(newestFirst).slice(0, SHOWN_MAX));
}

/** The event of the tracker as an entry. */
export function entryOf(event: WireEvent, status: Status): Received {
  const { event_id: id, event_type: type, ref_id: about, occurred_at: at } = event;
  return { id, type, about: String(about), at: new Date(at), status };
}

function newestFirst(a: Received, b: Received): number {
  return b.at.getTime() - a.at.getTime();
}
