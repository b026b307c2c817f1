import { attempt } from "./attempt.js";
import type { Settled } from "./options.js";
import type { Item } from "./queue.js";

/** What the API says of one event, for good. */
export interface Verdict {
  item: Item;
  status: Settled;
  /** Why it is refused. */
  code: string;
  message: string;
}

/** What an answer means for the events of its request. Those without a verdict are sent again. */
export interface Outcome {
  verdicts: Verdict[];
  /** Whether the request as a whole was refused: one of its events may be the reason. */
  isRequestRefused: boolean;
  /** When to send again, in milliseconds; `undefined` when the answer does not say. */
  retryAfterMs: number | undefined;
}

interface Result {
  index: number;
  status: Settled;
  code?: string;
  message?: string;
}

/** Refused now, but not for good: no token or an expired one, timeouts, throttling. */
const TRANSIENT_STATUSES = [401, 408, 425, 429];
/** The quota of guests is by the minute. */
const QUOTA_MS = 60_000;
const RETRY_AFTER_MAX_S = 3600;

/** Reads an answer. What the API did not say itself (a proxy, a captive portal, a firewall) settles nothing. */
export function outcomeOf(batch: Item[], status: number, retryAfter: string | null, text: string): Outcome {
  const body = attempt(() => JSON.parse(text));
  const results: unknown = body?.data?.results ?? body?.error?.details?.results;
  const outcome: Outcome = { verdicts: [], isRequestRefused: false, retryAfterMs: undefined };
  if (retryAfter) outcome.retryAfterMs = 1000 * Math.min(Number(retryAfter) || 0, RETRY_AFTER_MAX_S);
  if (Array.isArray(results)) {
    for (const result of results as Result[]) applyResult(batch[result.index], result, outcome);
  } else if (body?.error?.code && status >= 400 && status < 500 && !TRANSIENT_STATUSES.includes(status)) {
    const { code, message } = body.error;
    outcome.isRequestRefused = true;
    outcome.verdicts = batch.map((item) => ({ item, status: "rejected", code, message }));
  }
  return outcome;
}

function applyResult(item: Item | undefined, result: Result, outcome: Outcome): void {
  const { status, code = status, message = "" } = result;
  if (code === "rate_limited") outcome.retryAfterMs ??= QUOTA_MS;
  else if (item) outcome.verdicts.push({ item, status, code, message });
}
