import type { WireEvent } from "./event.js";

/** What the visitor decided. `pending`: nothing is sent or stored until it is known. */
export type Consent = "granted" | "pending" | "denied";

/** Why an event was not taken, or was given up. */
export interface TrackerError {
  /** A code of the API such as `too_old` or `forbidden_event`, or `queue_full`, `invalid_metadata`, `internal`. */
  code: string;
  message: string;
  /** The event that was dropped; absent when the error is not about one. */
  event?: WireEvent | undefined;
}

/** What became of an event: `duplicate` was stored earlier, `conflict` and `rejected` are refused. */
export type Settled = "accepted" | "duplicate" | "conflict" | "rejected";

/** The access token of the shopper who is signed in; nothing for a guest. */
export type Token = string | undefined | null;

/** Answers the token of now. */
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
  /** Called for each event and each request; the token is kept nowhere but in memory. Default: everybody is a guest. */
  token?: TokenSource;
  /** How long an event waits for others before a batch is sent, in milliseconds. Default 2,000. */
  batchMs?: number;
  /** A product view that the visitor leaves sooner is sent as `view_bounce`; until then it waits. 0: never. Default 2,000 ms. */
  bounceMs?: number;
  /** How many unsent events are kept; the oldest make room. Default 500. */
  queueSize?: number;
  /** What the names of the tracker's entries in `localStorage` begin with. Default `shopsignal`. */
  storageKey?: string;
  /** Whether Do Not Track and Global Privacy Control mean `denied`, whatever `consent` says. Default true. */
  honorSignals?: boolean;
  /** Told about every event that is given up. */
  onError?: (error: TrackerError) => void;
  /** Told what the API answered, once for each event. */
  onSettled?: (event: WireEvent, status: Settled) => void;
}

/** The options with their defaults. */
export type Settings = Required<Omit<TrackerOptions, Callback>> & Pick<TrackerOptions, Callback>;
type Callback = "token" | "onError" | "onSettled";

/** Fills in the defaults, also for what is there but undefined. */
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
