/** What the page passes and what others write to the storage: the tracker must neither throw nor stall. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createTracker, type TrackerError, type TrackerOptions } from "./index.js";

/** Longer than any wait for a batch or a bounce, shorter than the second pause after a failure. */
const WHILE_MS = 2500;
/** More callbacks of the page or requests than a tracker without a busy loop makes in that time. */
const BUSY = 10;

const listeners = new Map<string, () => void>();
const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown) => unhandled.push(reason);
/** The `ref_id` of each event that arrived. */
let arrived: unknown[];
let requests: { url: string; interactions: { ref_id: unknown; session_id: unknown }[] }[];
let storage: Record<string, string>;

/** `localStorage`: its entries are its enumerable properties. */
function storageOf(entries: Record<string, string>): Storage {
  const methods = {
    getItem: (key: string) => entries[key] ?? null,
    setItem: (key: string, value: string) => Object.assign(entries, { [key]: value }),
    removeItem: (key: string) => Reflect.deleteProperty(entries, key),
  };
  return new Proxy(entries, { get: (_, name) => Reflect.get(methods, name) }) as unknown as Storage;
}

beforeEach(() => {
  [arrived, requests, storage] = [[], [], {}];
  unhandled.length = 0;
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
  const listen = (name: string, listener: () => void) => listeners.set(name, listener);
  vi.stubGlobal("document", { visibilityState: "visible", addEventListener: listen });
  vi.stubGlobal("addEventListener", listen);
  vi.stubGlobal("navigator", {});
  vi.stubGlobal("localStorage", storageOf(storage));
  vi.stubGlobal("fetch", async (url: string, { body }: { body: string }) => {
    const { interactions } = JSON.parse(body);
    requests.push({ url, interactions });
    for (const { ref_id } of interactions) arrived.push(ref_id);
    const results = interactions.map((_: unknown, index: number) => ({ index, status: "accepted" }));
    return new Response(JSON.stringify({ data: { results } }));
  });
  process.on("unhandledRejection", onUnhandled);
});

afterEach(async () => {
  vi.useRealTimers();
  await new Promise((resolve) => setTimeout(resolve));
  process.off("unhandledRejection", onUnhandled);
  vi.unstubAllGlobals();
  expect(unhandled).toEqual([]);
});

/** Options as JavaScript passes them, without types. */
function start(options: Record<string, unknown> = {}) {
  const errors: TrackerError[] = [];
  const onError = (error: TrackerError) => errors.push(error);
  const tracker = createTracker({ consent: "granted", bounceMs: 0, onError, ...options } as TrackerOptions);
  return { tracker, errors };
}

function cycle(): object {
  const product: Record<string, unknown> = {};
  product["self"] = product;
  return product;
}

test.each([
  ["a cyclic object", cycle()],
  ["a BigInt", 123n],
  ["a symbol", Symbol("p")],
  ["a function", () => "p"],
  ["an object", { id: "p" }],
  ["no number", Number.NaN],
  ["null", null],
])("an event about %s is refused, and the next one is sent", async (_, wrong) => {
  const { tracker, errors } = start();
  for (const details of [{ product: wrong }, { category: wrong }]) {
    expect(tracker.view(details as never)).toBeUndefined();
  }
  expect(tracker.track(wrong as never, { product: "p" })).toBeUndefined();
  expect(errors.map(({ code }) => code)).toEqual(["internal", "internal", "internal"]);
  tracker.view({ product: "next" });
  await vi.advanceTimersByTimeAsync(WHILE_MS);
  expect(arrived).toEqual(["next"]);
});

test("an exception that has no text is kept from the page", () => {
  const { tracker, errors } = start();
  const details = {
    get product(): string {
      throw Object.create(null);
    },
  };
  expect(tracker.view(details)).toBeUndefined();
  expect(errors).toEqual([]);
});

test("a fault of the tracker is reported and repeated only after a pause", async () => {
  const { tracker, errors } = start();
  const fault = vi.spyOn(Date, "parse").mockImplementation(() => {
    throw new Error("a fault");
  });
  tracker.view({ product: "p" });
  await tracker.flush();
  await vi.advanceTimersByTimeAsync(WHILE_MS);
  expect(errors.length).toBeGreaterThan(0);
  expect(errors.length).toBeLessThan(BUSY);
  fault.mockRestore();
  await vi.advanceTimersByTimeAsync(2 * WHILE_MS);
  expect(arrived).toEqual(["p"]);
});

const STORED = "0192e4a0-0000-4000-8000-000000000002";

test("a stored event is sent", async () => {
  const event = { event_id: STORED, ref_id: "stored", occurred_at: new Date().toISOString() };
  storage[`shopsignal.event.${STORED}`] = JSON.stringify(["", event]);
  start();
  await vi.advanceTimersByTimeAsync(WHILE_MS);
  expect([arrived, Object.keys(storage)]).toEqual([["stored"], ["shopsignal.visit"]]);
});

test.each([
  ["no time", ["", { event_id: STORED, ref_id: "x" }]],
  ["a time that is none", ["", { event_id: STORED, ref_id: "x", occurred_at: "yesterday" }]],
  [
    "a time that cannot be converted",
    ["", { event_id: STORED, ref_id: "x", occurred_at: { valueOf: 1, toString: 1 } }],
  ],
  ["an owner that is no text", [{}, { event_id: STORED, ref_id: "x", occurred_at: "2026-11-20T12:00:00.000Z" }]],
  ["no event", ["", null]],
])("a stored entry with %s is removed, and events are sent", async (_, entry) => {
  storage[`shopsignal.event.${STORED}`] = JSON.stringify(entry);
  start().tracker.view({ product: "p" });
  await vi.advanceTimersByTimeAsync(WHILE_MS);
  expect(arrived).toEqual(["p"]);
  expect(Object.keys(storage)).toEqual(["shopsignal.visit"]);
});

test("a stored event without an id is removed", async () => {
  storage["shopsignal.event.undefined"] = JSON.stringify(["", { occurred_at: "2026-11-20T12:00:00.000Z" }]);
  start();
  await vi.advanceTimersByTimeAsync(WHILE_MS);
  expect([requests, Object.keys(storage)]).toEqual([[], ["shopsignal.visit"]]);
});

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const VISIT = "0192e4a0-0000-4000-8000-000000000001";

test.each([
  ["an object", { 1: Date.now() }],
  ["an id that is a number", [123, Date.now(), ""]],
  ["an id in a list", [[VISIT], Date.now(), ""]],
  ["an id of another kind", ["someone@example.com", Date.now(), ""]],
  ["an account that is no text", [VISIT, Date.now(), {}]],
  ["a time that is none", [VISIT, "now", ""]],
  ["a time that cannot be converted", [VISIT, { valueOf: 1, toString: 1 }, ""]],
  ["text", "visit"],
])("a stored visit that is or has %s is replaced", async (_, visit) => {
  storage["shopsignal.visit"] = JSON.stringify(visit);
  const { tracker, errors } = start();
  tracker.view({ product: "p" });
  await vi.advanceTimersByTimeAsync(WHILE_MS);
  expect(errors).toEqual([]);
  expect(requests[0]?.interactions[0]?.session_id).toMatch(UUID);
  expect(requests[0]?.interactions[0]?.session_id).not.toBe(VISIT);
});

test("a stored visit continues", () => {
  storage["shopsignal.visit"] = JSON.stringify([VISIT, Date.now() - 60_000, ""]);
  expect(start().tracker.sessionId).toBe(VISIT);
});

test.each(["batchMs", "bounceMs"])("%s may be infinite", async (name) => {
  const token = vi.fn();
  start({ token, [name]: Number.POSITIVE_INFINITY }).tracker.view({ product: "p" });
  await vi.advanceTimersByTimeAsync(WHILE_MS);
  expect(token.mock.calls.length).toBeLessThan(BUSY);
  expect(arrived).toEqual([]);
});

test.each([
  ["undefined", undefined],
  ["null", null],
  ["text", "abc"],
  ["a negative number", -1],
  ["no number", Number.NaN],
  ["a symbol", Symbol("option")],
  ["an object without a prototype", Object.create(null)],
])("options that are %s have their defaults", async (_, value) => {
  const names = ["batchMs", "bounceMs", "queueSize", "honorSignals", "token", "onSettled", "onError"];
  const tracker = createTracker({
    consent: "granted",
    ...Object.fromEntries(names.map((name) => [name, value])),
  });
  tracker.track("product_impression", { product: "p" });
  tracker.view(null as never);
  await vi.advanceTimersByTimeAsync(WHILE_MS);
  expect(arrived).toEqual(["p"]);
});

test.each([null, undefined, "abc", 5, cycle()])("options may be %s", (options) => {
  expect(createTracker(options as never).sessionId).toMatch(UUID);
});

test.each([
  [new URL("https://a.example/api/"), "https://a.example/api/guest/interaction"],
  [5, "5/guest/interaction"],
  [null, "/api/v1/analytic/guest/interaction"],
  [Object.create(null), "/api/v1/analytic/guest/interaction"],
])("the endpoint may be another type than text", async (endpoint, url) => {
  start({ endpoint }).tracker.view({ product: "p" });
  await vi.advanceTimersByTimeAsync(WHILE_MS);
  expect(requests.map((request) => request.url)).toEqual([url]);
});

test("a storage key that is a number is text", async () => {
  storage["5.event.x"] = JSON.stringify(["", null]);
  start({ storageKey: 5 });
  expect(Object.keys(storage)).toEqual(["5.visit"]);
});

test.each([
  ["a number", 42],
  ["an object", {}],
  ["an object without a prototype", Object.create(null)],
  ["a promise of a number", Promise.resolve(42)],
])("a token that is %s is none", async (_, token) => {
  start({ token: () => token }).tracker.view({ product: "p" });
  await vi.advanceTimersByTimeAsync(WHILE_MS);
  expect(requests.map(({ url }) => url)).toEqual(["/api/v1/analytic/guest/interaction"]);
});

test("a token that is rejected while the page is left is no unhandled rejection", async () => {
  const { tracker } = start({ token: async () => Promise.reject(new Error("offline")) });
  tracker.view({ product: "p" });
  await vi.advanceTimersByTimeAsync(0);
  listeners.get("pagehide")?.();
  await vi.advanceTimersByTimeAsync(WHILE_MS);
  expect(arrived).toEqual(["p"]);
});

test("a token callback that never answers is called again", async () => {
  const account = "e30.e30.e30";
  const token = vi.fn<() => unknown>(() => account);
  const { tracker } = start({ token });
  tracker.view({ product: "p" });
  token.mockReturnValueOnce(new Promise(() => {}));
  await vi.advanceTimersByTimeAsync(10 * WHILE_MS);
  expect(arrived).toEqual([]);
  await vi.advanceTimersByTimeAsync(2 * WHILE_MS);
  expect(arrived).toEqual(["p"]);
});

test("attributes of the script tag have the types of their options", async () => {
  const dataset = { endpoint: "5", storageKey: "1e3", batchMs: "100", bounceMs: "0", honorSignals: "false" };
  vi.stubGlobal("document", { ...document, currentScript: { dataset: { ...dataset, consent: "granted" } } });
  vi.stubGlobal("navigator", { doNotTrack: "1" });
  vi.stubGlobal("window", globalThis);
  await import("./script.js");
  window.shopsignal?.view({ product: "p" });
  await vi.advanceTimersByTimeAsync(150);
  expect(requests.map(({ url }) => url)).toEqual(["5/guest/interaction"]);
  expect(Object.keys(storage)).toEqual(["1e3.visit"]);
});

test("a promise of another library is a promise", async () => {
  // biome-ignore lint/suspicious/noThenProperty: such promises exist, and their `then` returns nothing.
  const token = () => ({ then: (resolve: (token: null) => void) => resolve(null) });
  start({ token }).tracker.view({ product: "p" });
  await vi.advanceTimersByTimeAsync(WHILE_MS);
  expect(arrived).toEqual(["p"]);
});
