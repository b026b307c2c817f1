import { attempt } from "./attempt.js";
import { dwellOf } from "./dwell.js";
import { type Details, EVENT_TYPES, type EventType, eventOf, type WireEvent } from "./event.js";
import { type Consent, settingsOf, type TrackerOptions } from "./options.js";
import { ownerOf } from "./owner.js";
import { isObjecting, listen } from "./page.js";
import { type Item, queueOf } from "./queue.js";
import { senderOf } from "./sender.js";
import { storeOf } from "./store.js";
import { visitsOf } from "./visit.js";

export type { Details, EventType, Id, Metadata, WireEvent } from "./event.js";
export type { Consent, Settled, TokenSource, TrackerError, TrackerOptions } from "./options.js";

type Camel<S extends string> = S extends `${infer Head}_${infer Rest}` ? `${Head}${Capitalize<Camel<Rest>>}` : S;

/** A method for each event type: `view`, `addToCart`, `clickFromRecommendation`, ... */
export type Helpers = { [Type in EventType as Camel<Type>]: (details: Details) => string | undefined };

/** Sends what visitors do. No method throws. */
export interface Tracker extends Helpers {
  /** Notes an event that happens now and returns its `event_id`; `undefined` when it is not taken. Besides our types the
   *  API knows the names of other systems (docs/API.md). */
  track(type: EventType | (string & {}), details: Details): string | undefined;
  /** The visitor decided. `denied` drops everything that is unsent and leaves nothing in the storage. */
  consent(consent: Consent): void;
  /** Sends what waits. Resolves when nothing more can be sent now. */
  flush(): Promise<void>;
  /** The visitor left the product on a page that stays: ends the view that `view` began. */
  endView(): void;
  /** The visit, for `GET /recommendations/session/{session_id}`. It changes after 30 minutes without an event, when consent
   *  is granted or withdrawn, and when another account signs in. `undefined` while consent is denied. */
  readonly sessionId: string | undefined;
}

/** Begins to track this page. Call it once. */
export function createTracker(options: TrackerOptions = {}): Tracker {
  const settings = settingsOf(options);
  const store = storeOf(settings.storageKey);
  const visits = visitsOf(store);
  let state: Consent = "pending";

  const report = (code: string, message: string, event?: WireEvent) =>
    attempt(() => settings.onError?.({ code, message, event }));
  const guarded = <Args extends unknown[], Result>(run: (...args: Args) => Result) => {
    return (...args: Args) =>
      attempt(
        () => run(...args),
        (error) => report("internal", String(error)),
      );
  };
  const isGranted = () => state === "granted";

  const queue = queueOf(store, settings.queueSize, ({ event }) =>
    report("queue_full", "too many unsent events", event),
  );
  const dwell = dwellOf(settings.bounceMs, (item) => {
    if (item.event.session_id) queue.save(item);
  });
  const sender = senderOf({
    settings,
    queue,
    isAllowed: isGranted,
    heldMs: dwell.heldMs,
    onVerdict({ item: { event }, status, code, message }) {
      if (status === "rejected" || status === "conflict") report(code, message, event);
      attempt(() => settings.onSettled?.(event, status));
    },
  });

  /** With consent, an event belongs to a visit and outlives the page. */
  const admit = (item: Item) => {
    item.event.session_id = visits.touch(item.owner);
    if (!dwell.heldMs(item)) queue.save(item);
  };

  const take = (item: Item, token: string | undefined) => {
    if (state === "denied") return;
    item.owner = ownerOf(token);
    queue.add(item);
    if (isGranted()) admit(item);
    sender.note(token);
    sender.wake();
  };

  const track = (type: string, details: Details) => {
    if (state === "denied") return undefined;
    const item: Item = { event: eventOf(type, details), owner: "" };
    if (type === "view") dwell.begin(item);
    else dwell.act(item);
    const token = attempt(() => settings.token?.());
    if (typeof token !== "object") take(item, token);
    else token.catch(() => undefined).then(guarded((later) => take(item, later)));
    return item.event.event_id;
  };

  const decide = (wish: Consent) => {
    const was = state;
    state = settings.honorSignals && isObjecting() ? "denied" : wish;
    if (state === "denied") {
      queue.clear();
      visits.forget();
    } else if (isGranted() && was !== "granted") {
      visits.keep();
      for (const item of queue.items()) if (!item.event.session_id) admit(item);
      queue.adopt();
      sender.wake();
    }
  };

  const tracker = {
    track: guarded(track),
    consent: guarded(decide),
    endView: guarded(dwell.end),
    async flush() {
      dwell.release();
      await sender.flush();
    },
    get sessionId() {
      return state === "denied" ? undefined : visits.id();
    },
  } as Tracker;
  for (const type of EVENT_TYPES) {
    const name = type.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
    Object.assign(tracker, { [name]: (details: Details) => tracker.track(type, details) });
  }
  guarded(decide)(globalThis.document ? settings.consent : "denied");
  listen({
    gone: guarded(() => {
      dwell.end();
      sender.leave();
    }),
    hidden: guarded(() => {
      dwell.show(false);
      dwell.release();
      sender.leave();
    }),
    shown: guarded(() => {
      dwell.show(true);
      if (isGranted()) queue.adopt();
      sender.wake();
    }),
    online: guarded(sender.resume),
  });
  return tracker;
}
