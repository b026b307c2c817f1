/** Reads from the API and keeps the data fresh: polls while the page is visible, and retries transient problems. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { backoff, isTransient, type Problem, problemFrom } from "./problem";

/** The interval of live views. */
export const LIVE_MS = 2_000;

/** The state of a read. `data` stays while it is refreshed, also if that fails; `at` is the time when it was read. */
export interface Query<T> {
  data: T | undefined;
  problem: Problem | undefined;
  at: number | undefined;
  reload: () => void;
}

/** The delay before the next read; undefined when only the user can retry. `failures` counts consecutive failures. */
export function nextDelay(
  every: number | undefined,
  problem: Problem | undefined,
  failures: number,
): number | undefined {
  if (problem === undefined) return every;
  if (!isTransient(problem)) return undefined;
  return Math.max(backoff(failures), (problem.retryAfterSeconds ?? 0) * 1_000, every ?? 0);
}

const READ_AGAIN = "shopsignal:read-again";

/** Repeats all reads that failed, because what they lacked is there again. */
export function readAgain(): void {
  window.dispatchEvent(new Event(READ_AGAIN));
}

interface QueryState<T> {
  key: string;
  data?: T;
  problem?: Problem | undefined;
  at?: number;
}

/** Calls `load` when `key` changes, then every `every` ms. A null `key` reads nothing. */
export function useQuery<T>(key: string | null, load: (signal: AbortSignal) => Promise<T>, every?: number): Query<T> {
  const [state, setState] = useState<QueryState<T>>({ key: "" });
  const [attempt, setAttempt] = useState(0);
  const loader = useRef(load);
  loader.current = load;
  useEffect(() => {
    if (key === null) return;
    return keepReading(
      (signal) => loader.current(signal),
      every,
      (result) => setState((old) => ({ ...(old.key === key ? old : {}), ...result, key })),
    );
  }, [key, every, attempt]);
  const reload = useCallback(() => setAttempt((count) => count + 1), []);
  const current = state.key === key ? state : undefined;
  return { data: current?.data, problem: current?.problem, at: current?.at, reload };
}

type ReadResult<T> = { data: T; problem: undefined; at: number } | { problem: Problem };

/** Reads, one read at a time, until the returned function is called. A hidden page waits until it is visible again. */
export function keepReading<T>(
  load: (signal: AbortSignal) => Promise<T>,
  every: number | undefined,
  onResult: (result: ReadResult<T>) => void,
) {
  const abort = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let due = false;
  let reading = false;
  const read = async () => {
    [due, reading] = [false, true];
    const result = await attemptRead(load, abort.signal);
    reading = false;
    if (abort.signal.aborted || result === undefined) return;
    const problem = result.problem;
    failures = problem === undefined ? 0 : failures + 1;
    onResult(result);
    // It is due already when what it lacked came back while it failed.
    const delay = due && problem !== undefined ? 0 : nextDelay(every, problem, failures);
    due = false;
    if (delay !== undefined) timer = setTimeout(wake, delay);
  };
  const wake = () => {
    clearTimeout(timer);
    due = true;
    readIfDue();
  };
  const readIfDue = () => due && !reading && !document.hidden && void read();
  // A read in flight may have lacked it too.
  const onMended = () => (failures > 0 || reading) && wake();
  document.addEventListener("visibilitychange", readIfDue, { signal: abort.signal });
  for (const event of ["online", READ_AGAIN]) window.addEventListener(event, onMended, { signal: abort.signal });
  void read();
  return () => {
    clearTimeout(timer);
    abort.abort();
  };
}

async function attemptRead<T>(
  load: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<ReadResult<T> | undefined> {
  try {
    return { data: await load(signal), problem: undefined, at: Date.now() };
  } catch (error) {
    if (signal.aborted) return undefined;
    return { problem: problemFrom(error) };
  }
}
