import { outcomeOf } from "./answer.js";
import { attempt } from "./attempt.js";
import type { Settings, Token } from "./options.js";
import { ownerOf, withToken } from "./owner.js";
import { batchOf, type Item, type Queue } from "./queue.js";
import type { Reporter } from "./report.js";

/** How many events one request carries. */
export const BATCH_SIZE = 20;
/** How many events the API accepts in one request. */
const LAST_BATCH_SIZE = 100;
/** Below the 256 KiB of the API. */
const BODY_MAX_BYTES = 250_000;
/** Browsers limit the bodies of `keepalive` requests to 64 KiB. */
const KEEPALIVE_MAX_BYTES = 60_000;
const TIMEOUT_MS = 15_000;
/** The pause after the first failure; it doubles up to LAST_PAUSE_MS. */
const FIRST_PAUSE_MS = 1000;
const LAST_PAUSE_MS = 300_000;
/** When to call the token callback again after it failed. */
const TOKEN_RETRY_MS = 10_000;
/** Around the body's items: `{"interactions":[],"sent_at":"..."}`. */
const ENVELOPE_BYTES = 64;

/** Sends the events of the queue, one request at a time, until the API has settled them. */
export interface Sender {
  /** Remembers the current token for the last request of the page. */
  setToken(token: Token): void;
  /** Sends after `batchMs`, or at once when a batch is full. */
  wake(): void;
  /** Sends the waiting events; resolves when nothing more can be sent now. Does not shorten a pause. */
  flush(): Promise<void>;
  /** Ends the pause after a failure: the network is back. */
  resume(): void;
  /** Sends one last request that outlives the page, which may be gone after this call. During a pause it carries only items
   *  that are not in the storage. */
  leave(): void;
}

/** What the sender depends on. */
export interface SenderDeps extends Reporter {
  settings: Settings;
  queue: Queue;
  /** How long an item is still held, in milliseconds. */
  heldMs(item: Item): number;
  isAllowed(): boolean;
}

/** Is rejected after a while, so that a callback that never answers blocks nothing. */
const timeout = (ms: number) => new Promise<never>((_, reject) => setTimeout(reject, ms));

/** The sender of a queue. */
export function senderOf({ settings, queue, heldMs, isAllowed, report, guarded }: SenderDeps): Sender {
  const inFlight = new Set<Item>();
  let batchSize = BATCH_SIZE;
  let failures = 0;
  let pausedUntil = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let dueAt = 0;
  let running: Promise<void> | undefined;
  let token: Token;
  let isTokenKnown = true;

  /** The items that the current token can send. */
  const waiting = () => {
    const owner = ownerOf(token);
    return queue.items().filter((item) => !inFlight.has(item) && (!item.owner || item.owner === owner));
  };
  const ready = () => waiting().filter((item) => !heldMs(item));

  function setToken(now: Token) {
    token = now;
  }

  function pause(atLeastMs = 0) {
    const backoff = Math.min(LAST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures++);
    pausedUntil = performance.now() + Math.max(atLeastMs, backoff * (0.5 + Math.random() / 2));
  }

  function settle(batch: Item[], status: number, retryAfter: string | null, text: string) {
    const { verdicts, isRequestRefused, retryAfterMs } = outcomeOf(batch, status, retryAfter, text);
    if (isRequestRefused && batch.length > 1) {
      batchSize = Math.min(batchSize, Math.ceil(batch.length / 2));
      return;
    }
    for (const { item, status, code, message } of verdicts) {
      queue.remove(item);
      if (status === "rejected" || status === "conflict") report(code, message, item.event);
      attempt(() => settings.onSettled?.(item.event, status));
    }
    if (retryAfterMs !== undefined || !verdicts.length) return pause(retryAfterMs);
    failures = 0;
    batchSize = Math.min(BATCH_SIZE, batchSize * 2);
  }

  async function post(batch: Item[], keepaliveOnly: boolean) {
    for (const item of batch) inFlight.add(item);
    try {
      const { owner } = batch[0] as Item;
      const newest = Math.max(...batch.map((item) => Date.parse(item.event.occurred_at)));
      const body = JSON.stringify({
        interactions: batch.map((item) => item.event),
        // Set for each attempt, and never earlier than the events, even if the clock was set back in between.
        sent_at: new Date(Math.max(newest, Date.now())).toISOString(),
      });
      // A string without a type is text/plain: no preflight.
      const response = await fetch(settings.endpoint + (owner ? settings.path : settings.guestPath), {
        method: "POST",
        body,
        keepalive: keepaliveOnly || body.length * 3 < KEEPALIVE_MAX_BYTES,
        headers: owner ? { authorization: `Bearer ${token}` } : {},
        signal: AbortSignal.timeout?.(TIMEOUT_MS) ?? null,
      });
      settle(batch, response.status, response.headers.get("retry-after"), await response.text());
    } catch {
      pause();
    } finally {
      for (const item of batch) inFlight.delete(item);
    }
  }

  async function drain() {
    while (isAllowed() && performance.now() >= pausedUntil) {
      try {
        token = await Promise.race([settings.token?.(), timeout(TIMEOUT_MS)]);
        isTokenKnown = true;
      } catch {
        // Treated as signed out: events of guests are sent, events of accounts wait.
        token = undefined;
        isTokenKnown = false;
      }
      const batch = batchOf(ready(), batchSize, BODY_MAX_BYTES - ENVELOPE_BYTES);
      if (!batch.length) return;
      await post(batch, false);
    }
  }

  /** Schedules a flush, unless one is due sooner. */
  function schedule(afterMs: number) {
    const at = performance.now() + afterMs;
    if (timer && dueAt <= at) return;
    clearTimeout(timer);
    dueAt = at;
    timer = setTimeout(() => {
      timer = undefined;
      flush();
    }, afterMs);
  }

  /** Schedules the next flush, if anything is left to send. */
  const scheduleNext = guarded(() => {
    const [soonest] = waiting()
      .map(heldMs)
      .sort((a, b) => a - b);
    if (!isAllowed()) return;
    if (soonest !== undefined) schedule(Math.max(pausedUntil - performance.now(), soonest));
    else if (!isTokenKnown && queue.items().length) schedule(TOKEN_RETRY_MS);
  });

  /** Never rejects; after a fault of our own it pauses, so that the fault cannot repeat without end. */
  function flush(): Promise<void> {
    running ??= drain()
      .catch((error) => {
        pause();
        report("internal", error);
      })
      .then(() => {
        running = undefined;
        scheduleNext();
      });
    return running;
  }

  return {
    flush,
    setToken,
    wake() {
      if (isAllowed()) schedule(ready().length < BATCH_SIZE ? settings.batchMs : 0);
    },
    resume() {
      pausedUntil = 0;
      flush();
    },
    leave() {
      if (!isAllowed()) return;
      // The page has no time to wait for a promise: the token of the last event or request is used then.
      withToken(settings, setToken);
      const isPaused = performance.now() < pausedUntil;
      const items = ready().filter((item) => !(isPaused && item.isSaved));
      const batch = batchOf(items, LAST_BATCH_SIZE, KEEPALIVE_MAX_BYTES - ENVELOPE_BYTES);
      if (batch.length) post(batch, true).then(scheduleNext);
    },
  };
}
