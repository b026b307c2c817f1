import { uuid } from "./event.js";
import type { Store } from "./store.js";

/** A visit ends after this time without an event. */
const INACTIVITY_LIMIT_MS = 30 * 60 * 1000;
const KEY = "visit";
/** The JSON of a visit. */
const VISIT = /^\["[\da-f-]{36}",\d+,"\w*"\]$/;

/** The id, the time of the last event by this device's clock, and the last account. */
type Visit = [id: string, last: number, account: string];

/** The visit, shared by all tabs; without storage, each page has its own. */
export interface Visits {
  /** The id of the current visit, without prolonging it. */
  id(): string;
  /** Records an event of an owner and returns the id of its visit. */
  touch(owner: string): string;
  /** Keeps the visit in the storage from now on, and continues the visit that is ongoing there. */
  keep(): void;
  /** Removes the visit, also from the storage. */
  forget(): void;
}

/** Starts with a visit in memory only. */
export function visitsOf(store: Store): Visits {
  let memory: Visit | undefined;
  let isKept = false;
  const isOngoing = (visit: Visit | undefined) => visit && Math.abs(Date.now() - visit[1]) < INACTIVITY_LIMIT_MS;
  const current = (): Visit => {
    const stored = (isKept && store.get(KEY, VISIT)) as Visit | undefined;
    memory = [stored, memory].find(isOngoing) ?? [uuid(), Date.now(), ""];
    return memory;
  };
  const save = (visit: Visit) => {
    memory = visit;
    if (isKept) store.set(KEY, visit);
    return visit[0];
  };
  return {
    id: () => save(current()),
    touch(owner) {
      const [id, , account] = current();
      // Two accounts never share a visit, because their events could not be separated.
      const isOther = owner && account && owner !== account;
      return save([isOther ? uuid() : id, Date.now(), owner || account]);
    },
    keep() {
      isKept = true;
      save(current());
    },
    forget() {
      isKept = false;
      memory = undefined;
      store.remove(KEY);
    },
  };
}
