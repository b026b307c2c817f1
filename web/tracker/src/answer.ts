import { attempt } from "./attempt.js";
import type { Settled } from "./options.js";
import type { Item } from "./queue.js";

/** The final answer of the API for one event. */
export interface Verdict {
  item: Item;
  status: Settled;
  /** Why the event is refused, or its status. */
  code: string;
  message: string;
}

/** What a response means for the events of its request. Events without a verdict are retried. */
export interface Outcome {
  verdicts: Verdict[];
  /** Whether the API refused the whole request; one of its events may be the cause. */
  isRequestRefused?: boolean;
  /** When to retry, in milliseconds; absent when the response does not say. */
  retryAfterMs?: number;
}

interface Result {
  index: number;
  status: Settled;
  code?: string;
  message?: string;
}

/** Client errors worth a retry: a missing or expired token, timeouts, throttling. */
const TRANSIENT_STATUSES = [401, 408, 425, 429];
/** The quota of guests is per minute. */
const QUOTA_MS = 60_000;
const RETRY_AFTER_MAX_S = 3600;

/** Reads a response. Responses that are not from the API (a proxy, a captive portal, a firewall) settle nothing. */
export function outcomeOf(batch: Item[], status: number, retryAfter: string | null, text: string): Outcome {
  const body = attempt(() => JSON.parse(text));
  const results: unknown = body?.data?.results ?? body?.error?.details?.results;
  const outcome: Outcome = { verdicts: [] };
  if (retryAfter) outcome.retryAfterMs = 1000 * Math.min(Number(retryAfter) || 0, RETRY_AFTER_MAX_S);
  if (Array.isArray(results)) {
    for (const { index, status, code = status, message = "" } of results as Result[]) {
      const item = batch[index];
      if (code === "rate_limited") outcome.retryAfterMs ??= QUOTA_MS;
      else if (item) outcome.verdicts.push({ item, status, code, message });
    }
  } else if (body?.error?.code && status >= 400 && status < 500 && !TRANSIENT_STATUSES.includes(status)) {
    const { code, message } = body.error;
    outcome.isRequestRefused = true;
    outcome.verdicts = batch.map((item) => ({ item, status: "rejected", code, message }));
  }
  return outcome;
}
