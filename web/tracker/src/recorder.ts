import { dwellOf } from "./dwell.js";
import { type Details, eventOf } from "./event.js";
import type { Consent, Settings, Token } from "./options.js";
import { ownerOf, withToken } from "./owner.js";
import { hasOptedOut, isPage, isPrerendering, type PageEvents } from "./page.js";
import { type Item, queueOf } from "./queue.js";
import type { Reporter } from "./report.js";
import { type Sender, senderOf } from "./sender.js";
import { storeOf } from "./store.js";
import { visitsOf } from "./visit.js";

/** Takes the events of the page into the queue, if the visitor consents. */
export interface Recorder {
  track(type: string, details: Details): string | undefined;
  decide(consent: Consent): void;
  endView(): void;
  sessionId(): string | undefined;
  flush: Sender["flush"];
  page: PageEvents;
}

/** Nothing is stored or sent before `decide`. */
export function recorderOf(settings: Settings, reporter: Reporter): Recorder {
  const { report, guarded } = reporter;
  const store = storeOf(settings.storageKey);
  const visits = visitsOf(store);
  const queue = queueOf(store, settings.queueSize, ({ event }) => report("queue_full", "queueSize exceeded", event));
  const dwell = dwellOf(settings.bounceMs, (item) => {
    if (item.event.session_id) queue.save(item);
  });
  let state: Consent = "pending";
  const isGranted = () => state === "granted" && !isPrerendering();

  const sender = senderOf({
    settings,
    queue,
    isAllowed: isGranted,
    ...reporter,
    heldMs: dwell.heldMs,
  });

  /** With consent, an event gets the id of the visit and is stored, so that it survives the page. */
  function admit(item: Item) {
    item.event.session_id = visits.touch(item.owner);
    if (!dwell.heldMs(item)) queue.save(item);
  }

  function take(item: Item, token: Token) {
    if (state === "denied") return;
    item.owner = ownerOf(token);
    queue.add(item);
    if (isGranted()) admit(item);
    sender.setToken(token);
    sender.wake();
  }

  /** Sends the events from before consent, and the unsent events of earlier pages. */
  function resume() {
    if (!isGranted()) return;
    visits.keep();
    for (const item of queue.items()) if (!item.event.session_id) admit(item);
    queue.adopt();
    sender.wake();
  }

  return {
    track(type, details) {
      if (state === "denied") return undefined;
      const item: Item = { event: eventOf(type, details), owner: "" };
      if (type === "view") dwell.begin(item);
      else dwell.act(item);
      withToken(
        settings,
        guarded((token) => take(item, token)),
      );
      return item.event.event_id;
    },
    decide(decision) {
      state = !isPage() || (settings.honorSignals && hasOptedOut()) ? "denied" : decision;
      if (state === "denied") {
        queue.clear();
        visits.forget();
      }
      resume();
    },
    endView: dwell.end,
    sessionId: () => (state === "denied" ? undefined : visits.id()),
    flush() {
      dwell.release();
      return sender.flush();
    },
    page: {
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
        resume();
      }),
      online: guarded(sender.resume),
    },
  };
}
