import { type Details, EVENT_TYPES, type EventType } from "./event.js";
import { type Consent, settingsOf, type TrackerOptions } from "./options.js";
import { listen } from "./page.js";
import { recorderOf } from "./recorder.js";
import { reporterOf } from "./report.js";

export type { Details, EventType, Id, Metadata, WireEvent } from "./event.js";
export type { Consent, Settled, Token, TokenSource, TrackerError, TrackerOptions } from "./options.js";

type Camel<S extends string> = S extends `${infer Head}_${infer Rest}` ? `${Head}${Capitalize<Camel<Rest>>}` : S;

/** A method for each event type: `view`, `addToCart`, `clickFromRecommendation`, ... */
export type Helpers = { [Type in EventType as Camel<Type>]: (details: Details) => string | undefined };

/** Tracks what visitors do. No method throws. */
export interface Tracker extends Helpers {
  /** Tracks an event that happens now and returns its `event_id`; `undefined` when the event is not taken. The API also
   *  accepts the event names of other systems (docs/API.md). */
  track(type: EventType | (string & {}), details: Details): string | undefined;
  /** Sets the decision of the visitor. `denied` drops all unsent events and leaves nothing in the storage. */
  consent(consent: Consent): void;
  /** Sends the waiting events. Resolves when nothing more can be sent now. */
  flush(): Promise<void>;
  /** Ends the view that `view` began, when the visitor leaves the product without leaving the page. */
  endView(): void;
  /** The id of the visit, for `GET /recommendations/session/{session_id}`. It changes after 30 minutes without an event,
   *  when consent is granted or withdrawn, and when another account signs in. `undefined` while consent is denied. */
  readonly sessionId: string | undefined;
}

/** Starts tracking on this page. Call it once. */
export function createTracker(options?: TrackerOptions): Tracker {
  const settings = settingsOf(options);
  const reporter = reporterOf(settings);
  const recorder = recorderOf(settings, reporter);
  const { guarded } = reporter;
  const tracker = {
    track: guarded(recorder.track),
    consent: guarded(recorder.decide),
    endView: guarded(recorder.endView),
    flush: async () => guarded(recorder.flush)(),
    get sessionId() {
      return guarded(recorder.sessionId)();
    },
  } as Tracker;
  for (const type of EVENT_TYPES) {
    const name = type.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
    Object.assign(tracker, { [name]: (details: Details) => tracker.track(type, details) });
  }
  tracker.consent(settings.consent);
  listen(recorder.page);
  return tracker;
}
