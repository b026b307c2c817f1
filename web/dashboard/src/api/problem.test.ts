import { afterEach, expect, test, vi } from "vitest";
import { address, Client } from "./client";
import { problemFrom, problemOf, unreachable } from "./problem";
import { nextDelay } from "./useQuery";

const busy = problemOf(429, '{"error":{"http_status":429,"code":"rate_limited","message":"too many"}}', "7");

test("the message of a problem is the API's, or the gateway's, or names the status", () => {
  expect(busy).toEqual({ kind: "busy", message: "too many", retryAfterSeconds: 7 });
  expect(problemOf(401, '{"message":"Unauthorized"}', null)).toMatchObject({
    kind: "signed-out",
    message: "Unauthorized",
  });
  expect(problemOf(503, "<html>", "soon")).toEqual({
    kind: "unavailable",
    message: "The server answered with status 503.",
    retryAfterSeconds: undefined,
  });
});

test("transient problems are retried with backoff, and not before Retry-After", () => {
  expect(nextDelay(2_000, undefined, 0)).toBe(2_000);
  expect(nextDelay(undefined, undefined, 0)).toBeUndefined();
  expect(nextDelay(2_000, busy, 1)).toBe(7_000);
  expect([1, 2, 3, 10].map((failures) => nextDelay(2_000, unreachable(false, false), failures))).toEqual([
    2_000, 4_000, 8_000, 60_000,
  ]);
  expect(nextDelay(2_000, problemOf(403, "", null), 1)).toBeUndefined();
});

test("ids are encoded in a path, and absent parameters are left out", () => {
  const request = { path: { spu_id: "gid://a/1?" }, query: { tz: "Europe/Berlin", currency: undefined } };
  expect(address("/popularity/{spu_id}", request)).toBe("/popularity/gid%3A%2F%2Fa%2F1%3F?tz=Europe%2FBerlin");
});

afterEach(() => vi.unstubAllGlobals());

/** The problem of a read that gets this response. */
async function problemWith(response: Response) {
  vi.stubGlobal("fetch", async () => response);
  vi.stubGlobal("navigator", { onLine: true });
  const client = new Client({ token: async () => undefined, refused: () => {} });
  return await client.get("/health").then(() => undefined, problemFrom);
}

test("a response that breaks off or is not the API's is asked for again", async () => {
  const cut = new ReadableStream({
    start(stream) {
      stream.enqueue(new TextEncoder().encode('{"status":'));
      stream.error(new TypeError("network error"));
    },
  });
  for (const body of [cut, "<html>", "", "null", "{}", "[]", "[{}]", "1"]) {
    const problem = await problemWith(new Response(body));
    expect(problem?.kind, String(body)).toBe("unavailable");
    expect(nextDelay(2_000, problem, 1)).toBe(2_000);
  }
  expect(await problemWith(new Response('{"status":"ok"}'))).toBeUndefined();
});
