import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ProblemError, unreachable } from "./problem";
import { keepReading, readAgain } from "./useQuery";

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("document", Object.assign(new EventTarget(), { hidden: false }));
  vi.stubGlobal("window", new EventTarget());
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const UNREACHABLE = new ProblemError(unreachable(false, true));

/** Reads of which the first three fail; each takes a second. */
function readsOf(every: number) {
  const times: number[] = [];
  const start = Date.now();
  const load = async () => {
    times.push(Math.floor((Date.now() - start) / 100) * 100);
    const fails = times.length <= 3;
    await new Promise((done) => setTimeout(done, 1_000));
    if (fails) throw UNREACHABLE;
  };
  return { times, stop: keepReading(load, every, () => {}) };
}

test("failed reads are repeated later and later, but not sooner than they are polled, until the page is left", async () => {
  const { times, stop } = readsOf(5_000);
  await vi.advanceTimersByTimeAsync(31_000);
  stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(times).toEqual([0, 6_000, 12_000, 21_000, 27_000]);
});

test("what a read lacked comes back: it is repeated at once, after the read in flight, and polled once an interval", async () => {
  const { times, stop } = readsOf(10_000);
  await vi.advanceTimersByTimeAsync(2_000);
  readAgain();
  await vi.advanceTimersByTimeAsync(500);
  for (let event = 0; event < 3; event += 1) window.dispatchEvent(new Event("online"));
  await vi.advanceTimersByTimeAsync(40_000);
  stop();
  expect(times).toEqual([0, 2_000, 3_000, 14_000, 25_000, 36_000]);
});

test("what a first read lacked comes back while it is in flight: it is repeated as soon as it has failed", async () => {
  const { times, stop } = readsOf(10_000);
  await vi.advanceTimersByTimeAsync(500);
  readAgain();
  await vi.advanceTimersByTimeAsync(1_000);
  stop();
  expect(times).toEqual([0, 1_000]);
});

test("a read in flight that succeeds is not repeated", async () => {
  const times: number[] = [];
  const load = async () => {
    times.push(times.length);
    await new Promise((done) => setTimeout(done, 1_000));
  };
  const stop = keepReading(load, 10_000, () => {});
  await vi.advanceTimersByTimeAsync(500);
  readAgain();
  await vi.advanceTimersByTimeAsync(1_000);
  document.dispatchEvent(new Event("visibilitychange"));
  await vi.advanceTimersByTimeAsync(1_000);
  stop();
  expect(times).toEqual([0]);
});

test("a hidden page reads when it is visible again", async () => {
  const { times, stop } = readsOf(10_000);
  Object.assign(document, { hidden: true });
  await vi.advanceTimersByTimeAsync(20_000);
  expect(times).toEqual([0]);
  Object.assign(document, { hidden: false });
  document.dispatchEvent(new Event("visibilitychange"));
  await vi.advanceTimersByTimeAsync(500);
  stop();
  expect(times).toEqual([0, 20_000]);
});
