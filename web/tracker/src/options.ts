import type { WireEvent } from "./event.js";

/** The decision of the visitor. `pending`: not made yet; nothing is sent or stored. */
export type Consent = "granted" | "pending" | "denied";

/** Why an event was not taken, or was dropped. */
export interface TrackerError {
  /** A code of the API such as `too_old` or `forbidden_event`, or `queue_full`, `invalid_metadata`, `internal`. */
  code: string;
  message: string;
  /** The event that was dropped; absent when the error is not about one. */
  event?: WireEvent | undefined;
}

/** The result of an event: `duplicate` was stored earlier, `conflict` and `rejected` are refused. */
export type Settled = "accepted" | "duplicate" | "conflict" | "rejected";

/** The access token of the shopper who is signed in; nothing for a guest. */
export type Token = string | undefined | null;

/** Returns the current token. */
export type TokenSource = () => Token | Promise<Token>;

/** Everything is optional; the defaults suit a shop that serves the API under its own domain. */
export interface TrackerOptions {
  /** Base of the API's paths: a path of the page's own origin or a whole URL. Default `/api/v1/analytic`. */
  endpoint?: string;
  /** Path below `endpoint` for shoppers who are signed in. Default `/interaction`. */
  path?: string;
  /** Path below `endpoint` for guests. Default `/guest/interaction`. */
  guestPath?: string;
  /** Default `pending`. */
  consent?: Consent;
  /** Called for each event and each request; the token is kept in memory only. Default: everybody is a guest. */
  token?: TokenSource;
  /** How long an event waits for others before a batch is sent, in milliseconds. Default 2,000. */
  batchMs?: number;
  /** A product view that ends sooner is sent as `view_bounce`; until then it is held. 0: never. Default 2,000 ms. */
  bounceMs?: number;
  /** How many unsent events are kept; beyond that the oldest are dropped. Default 500. */
  queueSize?: number;
  /** The prefix of the tracker's entries in `localStorage`. Default `shopsignal`. */
  storageKey?: string;
  /** Whether Do Not Track and Global Privacy Control mean `denied`, whatever `consent` says. Default true. */
  honorSignals?: boolean;
  /** Called for every event that is dropped. */
  onError?: (error: TrackerError) => void;
  /** Called with the result of the API, once per event. */
  onSettled?: (event: WireEvent, status: Settled) => void;
}

/** The options with their defaults. */
export type Settings = Required<Omit<TrackerOptions, Callback>> & Pick<TrackerOptions, Callback>;
type Callback = "token" | "onError" | "onSettled";

/** Fills in the defaults, also for options that are set to undefined. */
export function settingsOf(options: TrackerOptions): Settings {
  const settings = {
    endpoint: "/api/v1/analytic",
    path: "/interaction",
    guestPath: "/guest/interaction",
    consent: "pending" as const,
    batchMs: 2000,
    bounceMs: 2000,
    queueSize: 500,
    storageKey: "shopsignal",
    honorSignals: true,
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  };
  return { ...settings, endpoint: settings.endpoint.replace(/\/$/, "") };
}
