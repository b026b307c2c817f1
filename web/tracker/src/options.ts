import { attempt } from "./attempt.js";
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

/** The options with their defaults. Callbacks are not checked, because their calls are guarded. */
export type Settings = Required<Omit<TrackerOptions, Callback>> & Pick<TrackerOptions, Callback>;
type Callback = "token" | "onError" | "onSettled";

/** The largest number of an option: a timer with a longer delay fires at once. */
const NUMBER_MAX = 2 ** 31 - 1;

/** Fills in the defaults, also for options that the page sets to something unusable. */
export function settingsOf(options: TrackerOptions | undefined): Settings {
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
  };
  const values: Record<string, unknown> = settings;
  const given = options as Record<string, unknown>;
  for (const name in given) {
    const fallback = values[name];
    values[name] = attempt(() => valueLike(fallback, given[name] ?? fallback)) ?? fallback;
  }
  settings.endpoint = settings.endpoint.replace(/\/$/, "");
  return settings;
}

/** The value in the type of the example; `undefined` if it cannot be a number. Attributes of the script tag are texts. */
function valueLike(example: unknown, value: unknown): unknown {
  if (typeof example === "string") return String(value);
  if (typeof example === "boolean") return String(value) !== "false";
  if (typeof example !== "number") return value;
  return Number(value) >= 0 ? Math.min(Number(value), NUMBER_MAX) : undefined;
}
