import { expect, test } from "vitest";
import { outcomeOf } from "./answer.js";
import type { Item } from "./queue.js";

const item = (event_id: string): Item => ({
  owner: "",
  event: { event_id, event_type: "view", ref_type: "Product", ref_id: "p", occurred_at: "2026-11-20T12:00:00.000Z" },
});
const BATCH = [item("a"), item("b")];

/** What a response settles, as `id status code`. */
function settled(status: number, body: unknown, retryAfter: string | null = null) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const outcome = outcomeOf(BATCH, status, retryAfter, text);
  const verdicts = outcome.verdicts.map(({ item, status, code }) => `${item.event.event_id} ${status} ${code}`);
  return [...verdicts, ...(outcome.isRequestRefused ? ["whole"] : []), outcome.retryAfterMs];
}

test("each result settles its event", () => {
  const results = [
    { index: 0, status: "accepted", id: 1, event_id: "a" },
    { index: 1, status: "conflict", event_id: "b", code: "conflict", message: "..." },
  ];
  expect(settled(200, { data: { accepted: 1, results } })).toEqual([
    "a accepted accepted",
    "b conflict conflict",
    undefined,
  ]);
});

test("a request without any acceptable event has results as well", () => {
  const results = [0, 1].map((index) => ({ index, status: "rejected", code: "too_old", message: "..." }));
  expect(settled(400, { error: { code: "validation", details: { results } } })).toEqual([
    "a rejected too_old",
    "b rejected too_old",
    undefined,
  ]);
});

test("events over the quota of the network are sent again a minute later", () => {
  const results = [
    { index: 0, status: "accepted" },
    { index: 1, status: "rejected", code: "rate_limited" },
  ];
  expect(settled(200, { data: { results } })).toEqual(["a accepted accepted", 60_000]);
  expect(settled(429, { error: { code: "rate_limited", details: { results } } }, "30")).toEqual([
    "a accepted accepted",
    30_000,
  ]);
});

test("a request that the API refuses as a whole rejects all its events", () => {
  const refused = ["a rejected validation", "b rejected validation", "whole", undefined];
  expect(settled(400, { error: { code: "validation", message: "body: ..." } })).toEqual(refused);
});

test.each([401, 408, 425, 429, 500, 503])("%i settles nothing", (status) => {
  expect(settled(status, { error: { code: "some_code", message: "..." } })).toEqual([undefined]);
});

test.each([
  [200, "<html>Please sign in</html>"],
  [200, "{}"],
  [200, "null"],
  [403, "<html>Blocked</html>"],
  [404, { message: "Not Found" }],
  [413, { message: "Request Too Long" }],
])("%i from anything but the API settles nothing: %j", (status, body) => {
  expect(settled(status, body)).toEqual([undefined]);
});

test("results of events that were not sent are ignored", () => {
  expect(settled(200, { data: { results: [{ index: 7, status: "accepted" }] } })).toEqual([undefined]);
});

test("Retry-After has a limit, and a date counts as zero", () => {
  expect(settled(503, "", "86400")).toEqual([3_600_000]);
  expect(settled(503, "", "Fri, 20 Nov 2026 12:00:00 GMT")).toEqual([0]);
});
