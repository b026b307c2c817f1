/** The tracker in a real browser against the real API: whatever the network does, every event is stored once. */
import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import {
  begin,
  enter,
  expect,
  expectNothingLeft,
  product,
  products,
  rowsOf,
  stored,
  test,
  track,
  trackViews,
  UNAVAILABLE,
  unsent,
} from "./tracker/visitor.js";

test("events of a guest are stored once, in batches of at most 20", async ({ page, site }) => {
  await enter(page, site);
  const ids = await trackViews(page, products(45));
  const rows = await stored(ids);
  expect(rows.every((row) => row.event_type === "view" && row.account_id === null)).toBe(true);
  expect(new Set(rows.map((row) => row.session_id)).size).toBe(1);
  expect(site.seen.map((request) => request.body.interactions.length)).toEqual([20, 20, 5]);
  expect(site.seen.every((request) => request.path === "/api/v1/analytic/guest/interaction")).toBe(true);
  await expectNothingLeft(page);
  expect(await page.evaluate(() => window.settled.map(([, status]) => status))).toEqual(ids.map(() => "accepted"));
  expect(await page.evaluate(() => window.errors)).toEqual([]);
});

test("what is tracked within two seconds goes out in one request", async ({ page, site }) => {
  await enter(page, site, { batchMs: 2000 });
  const first = await track(page, "view", { product: product() });
  await page.waitForTimeout(700);
  const second = await track(page, "click_from_search", { product: product() });
  await stored([first, second]);
  expect(site.seen).toHaveLength(1);
});

test("the script tag gives window.shopsignal", async ({ page, site }) => {
  await page.goto(`${site.url}/tag`);
  const tag = page as Page;
  const id = await tag.evaluate(
    (product) =>
      (window as unknown as { shopsignal: { view(details: { product: string }): string } }).shopsignal.view({
        product,
      }),
    product(),
  );
  await stored([id]);
});

test("a killed network loses nothing", async ({ page, site, context }) => {
  await enter(page, site);
  await context.setOffline(true);
  const ids = await trackViews(page, products(25));
  await page.waitForTimeout(500);
  expect(await rowsOf(ids)).toEqual([]);
  await context.setOffline(false);
  await stored(ids);
  await expectNothingLeft(page);
});

test("requests that get lost are repeated", async ({ page, site }) => {
  await enter(page, site);
  site.faults = [{ kind: "request lost" }, { kind: "request lost" }];
  const ids = await trackViews(page, products(3));
  await stored(ids);
  expect(site.seen).toHaveLength(3);
});

test("an answer that gets lost stores nothing twice: the event keeps its id", async ({ page, site }) => {
  await enter(page, site);
  site.faults = [{ kind: "answer lost" }, { kind: "answer lost" }];
  const ids = await trackViews(page, products(3));
  await stored(ids);
  await expectNothingLeft(page);
  expect(site.seen).toHaveLength(3);
  for (const request of site.seen) expect(request.body.interactions.map((item) => item.event_id)).toEqual(ids);
  expect(await page.evaluate(() => window.settled.map(([, status]) => status))).toEqual(ids.map(() => "duplicate"));
  // All attempts carry the same visit.
  const [session] = (await rowsOf(ids)).map((row) => row.session_id);
  expect(session).toBe(site.seen[0]?.body.interactions[0]?.session_id);
});

test("the tracker backs off after 503s", async ({ page, site }) => {
  await enter(page, site);
  site.faults = [UNAVAILABLE, UNAVAILABLE, UNAVAILABLE];
  const began = Date.now();
  const ids = await trackViews(page, products(2));
  await stored(ids);
  expect(site.seen).toHaveLength(4);
  // At least half of 1 s, 2 s and 4 s.
  expect(Date.now() - began).toBeGreaterThan(3500);
});

test("Retry-After is respected", async ({ page, site }) => {
  await enter(page, site);
  site.faults = [{ kind: "status", status: 429, retryAfter: 4, body: '{"message":"Too Many Requests"}' }];
  const began = Date.now();
  const ids = await trackViews(page, products(2));
  await stored(ids);
  expect(Date.now() - began).toBeGreaterThan(4000);
  expect(site.seen).toHaveLength(2);
});

test("the page of a captive portal settles nothing", async ({ page, site }) => {
  await enter(page, site);
  site.faults = [{ kind: "status", status: 200, body: "<html>Please sign in to this network</html>" }];
  await stored(await trackViews(page, products(2)));
});

for (const [name, hours] of [
  ["two hours fast", 2],
  ["two hours slow", -2],
] as const) {
  test(`a clock that is ${name} is corrected, also through a retry`, async ({ page, site }) => {
    await shiftClock(page, hours);
    await enter(page, site);
    site.faults = [UNAVAILABLE];
    const before = Date.now();
    const ids = await trackViews(page, products(2));
    const after = Date.now();
    for (const row of await stored(ids)) {
      expect(row.occurred_at.getTime()).toBeGreaterThan(before - 1000);
      expect(row.occurred_at.getTime()).toBeLessThan(after + 1000);
    }
  });
}

test("a clock that is set back between events does not date events into the future", async ({ page, site }) => {
  await shiftClock(page, 2);
  await enter(page, site);
  site.outage = UNAVAILABLE;
  const early = await track(page, "view", { product: product() });
  await expect.poll(() => site.seen.length).toBe(1);
  await page.evaluate(() => {
    (window as unknown as { clockOffsetMs: number }).clockOffsetMs = 0;
  });
  const late = await track(page, "view", { product: product() });
  site.outage = undefined;
  const now = Date.now();
  for (const row of await stored([early, late])) expect(Math.abs(row.occurred_at.getTime() - now)).toBeLessThan(10_000);
});

test("a clock that is set right after an event leaves its time, which may be too old", async ({ page, site }) => {
  await shiftClock(page, -3);
  await enter(page, site, { batchMs: 1500 });
  const setClock = (hours: number) =>
    page.evaluate((offsetMs) => {
      (window as unknown as { clockOffsetMs: number }).clockOffsetMs = offsetMs;
    }, hours * 3_600_000);
  const early = await track(page, "view", { product: product() });
  await setClock(0);
  const [row] = await stored([early]);
  expect(Math.abs((row?.occurred_at.getTime() ?? 0) - (Date.now() - 3 * 3_600_000))).toBeLessThan(10_000);

  await setClock(-24 * 365);
  const tooEarly = await track(page, "view", { product: product() });
  await setClock(0);
  await expect.poll(() => page.evaluate(() => window.errors.map(({ code }) => code))).toEqual(["too_old"]);
  expect(await rowsOf([tooEarly])).toEqual([]);
  await expectNothingLeft(page);
});

test("private mode: without storage events are sent from memory", async ({ page, site }) => {
  await withoutStorage(page);
  await enter(page, site);
  site.faults = [UNAVAILABLE];
  const ids = await trackViews(page, products(25));
  const rows = await stored(ids);
  expect(new Set(rows.map((row) => row.session_id)).size).toBe(1);
  expect(await page.evaluate(() => window.errors)).toEqual([]);
});

test("unsent events survive a reload", async ({ page, site }) => {
  await enter(page, site);
  site.outage = UNAVAILABLE;
  const ids = await trackViews(page, products(30));
  await expect.poll(() => unsent(page).then((keys) => keys.length)).toBe(30);
  await page.reload();
  expect(await rowsOf(ids)).toEqual([]);
  site.outage = undefined;
  await begin(page);
  const rows = await stored(ids);
  expect(new Set(rows.map((row) => row.session_id)).size).toBe(1);
  await expectNothingLeft(page);
});

test("unsent events survive a crash of the page", async ({ page, site, context }) => {
  await enter(page, site);
  site.outage = { kind: "request lost" };
  const ids = await trackViews(page, products(5));
  await expect.poll(() => unsent(page).then((keys) => keys.length)).toBe(5);
  const cdp = await context.newCDPSession(page);
  cdp.send("Page.crash").catch(() => undefined);
  await page.waitForEvent("crash");
  site.outage = undefined;
  const next = await context.newPage();
  await enter(next, site);
  await stored(ids);
});

for (const [name, hasStorage] of [
  ["with storage", true],
  ["in private mode", false],
] as const) {
  test(`leaving the page sends what waits, ${name}`, async ({ page, site }) => {
    if (!hasStorage) await withoutStorage(page);
    await enter(page, site, { batchMs: 60_000 });
    const ids = await trackViews(page, products(15));
    expect(site.seen).toEqual([]);
    await page.goto(`${site.url}/elsewhere`);
    await stored(ids);
  });
}

test("a tab in the background goes on until everything is stored", async ({ page, site }) => {
  await enter(page, site, { batchMs: 60_000 });
  site.faults = [UNAVAILABLE, { kind: "answer lost" }];
  const ids = await trackViews(page, products(3));
  await page.evaluate(() => {
    Object.defineProperty(document, "visibilityState", { value: "hidden" });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await stored(ids);
  await expectNothingLeft(page);
});

test("the last request outlives the page, even one that has not begun", async ({ page, site }) => {
  await withoutStorage(page);
  await enter(page, site, { batchMs: 60_000 });
  const ids = await trackViews(page, products(15));
  // Browsers open six connections to a server. All are taken until the page is gone.
  await page.evaluate(() => {
    for (let taken = 0; taken < 6; taken++) fetch("/hang").catch(() => undefined);
  });
  await page.goto("about:blank");
  await stored(ids);
});

test("closing the tab sends what waits", async ({ page, site, context }) => {
  await context.newPage();
  await enter(page, site, { batchMs: 60_000 });
  const ids = await trackViews(page, products(15));
  await page.close({ runBeforeUnload: true });
  await stored(ids);
});

test("events beyond the limit of the last request are sent by the next page", async ({ page, site }) => {
  await enter(page, site, { batchMs: 60_000 });
  site.outage = UNAVAILABLE;
  const metadata = { text: "x".repeat(1900) };
  const ids: string[] = [];
  for (const name of products(60)) ids.push(await track(page, "view", { product: name, metadata }));
  await page.waitForTimeout(1500);
  site.outage = undefined;
  await page.goto(`${site.url}/elsewhere`);
  await page.waitForTimeout(500);
  await enter(page, site);
  await stored(ids);
});

test("two tabs lose and overwrite nothing", async ({ page, site, context }) => {
  const other = await context.newPage();
  await enter(page, site);
  await enter(other, site);
  site.outage = UNAVAILABLE;
  const [mine, theirs] = await Promise.all([trackViews(page, products(12)), trackViews(other, products(12))]);
  await expect.poll(() => unsent(page).then((keys) => keys.length)).toBe(24);
  await page.close();
  await other.close();
  site.outage = undefined;
  const next = await context.newPage();
  await enter(next, site);
  const rows = await stored([...mine, ...theirs]);
  expect(new Set(rows.map((row) => row.session_id)).size).toBe(1);
  await expectNothingLeft(next);
});

test("a tab that takes over events that another tab still sends stores nothing twice", async ({
  page,
  site,
  context,
}) => {
  await enter(page, site);
  site.outage = { kind: "answer lost" };
  const ids = await trackViews(page, products(12));
  const other = await context.newPage();
  await enter(other, site);
  await other.evaluate(() => window.tracker.flush());
  site.outage = undefined;
  await stored(ids);
  await expectNothingLeft(page);
});

test("the queue is bounded: the oldest are dropped, and the page is told", async ({ page, site }) => {
  await enter(page, site, { queueSize: 10 });
  site.outage = UNAVAILABLE;
  const ids = await trackViews(page, products(15));
  expect(await page.evaluate(() => window.errors.map(({ code, event }) => [code, event?.event_id]))).toEqual(
    ids.slice(0, 5).map((id) => ["queue_full", id]),
  );
  expect(await unsent(page)).toHaveLength(10);
  site.outage = undefined;
  await stored(ids.slice(5));
  expect(await rowsOf(ids.slice(0, 5))).toEqual([]);
});

test("an event that the API refuses is dropped and reported, the others are stored", async ({ page, site }) => {
  await enter(page, site);
  const good = await track(page, "view", { product: product() });
  const bad = await track(page, "purchase", { product: product() });
  await stored([good]);
  await expectNothingLeft(page);
  expect(await page.evaluate(() => window.errors.map(({ code, event }) => [code, event?.event_id]))).toEqual([
    ["forbidden_event", bad],
  ]);
  expect(await page.evaluate(() => window.settled.map(([, status]) => status).sort())).toEqual([
    "accepted",
    "rejected",
  ]);
  expect(site.seen).toHaveLength(1);
});

test("an event for which the whole request is refused does not affect the others", async ({ page, site }) => {
  await enter(page, site);
  const good = await trackViews(page, products(7));
  const bad = await page.evaluate(() => {
    let metadata: Record<string, unknown> = {};
    for (let depth = 0; depth < 300; depth++) metadata = { metadata };
    return window.tracker.view({ product: "deep", metadata });
  });
  await stored(good);
  await expectNothingLeft(page);
  expect(await page.evaluate(() => window.errors.map((error) => error.event?.event_id))).toEqual([bad]);
});

test("no argument of a page makes the tracker throw", async ({ page, site }) => {
  await enter(page, site);
  await page.evaluate(() => {
    const tracker = window.tracker as unknown as Record<string, (...args: unknown[]) => unknown>;
    const circle: Record<string, unknown> = {};
    circle["circle"] = circle;
    tracker["view"]?.();
    tracker["track"]?.("view", { product: "p", metadata: circle });
    tracker["track"]?.("view", { product: "p", metadata: { text: "x".repeat(9000) } });
    tracker["track"]?.(undefined, null);
    tracker["consent"]?.("granted");
    window
      .createTracker({
        token: () => {
          throw new Error("no token");
        },
        consent: "granted",
        storageKey: "other",
        onError: () => {
          throw new Error("no handler");
        },
      })
      .view({ product: "p", metadata: circle });
  });
  expect(await page.evaluate(() => window.errors.map((error) => error.code))).toEqual(Array(4).fill("internal"));
});

test("metadata is what it was when the event happened, through every retry", async ({ page, site }) => {
  await enter(page, site);
  site.faults = [{ kind: "answer lost" }];
  const id = await page.evaluate((product) => {
    const metadata = { page: "home" };
    const id = window.tracker.view({ product, metadata });
    setTimeout(() => {
      metadata.page = "other";
    }, 50);
    return id as string;
  }, product());
  const [row] = await stored([id]);
  await expectNothingLeft(page);
  expect(row?.metadata).toEqual({ page: "home" });
  expect(await page.evaluate(() => window.settled)).toEqual([[id, "duplicate"]]);
});

test("ids are random also on pages without TLS", async ({ page, site }) => {
  await page.addInitScript(() => Object.defineProperty(crypto, "randomUUID", { value: undefined }));
  await enter(page, site);
  await stored(await trackViews(page, products(5)));
  expect(randomUUID()).not.toBe(await page.evaluate(() => window.tracker.sessionId));
});

/** Sets the clock of the page `hours` ahead; `window.clockOffsetMs` can be changed later. */
async function shiftClock(page: Page, hours: number): Promise<void> {
  await page.addInitScript((offsetMs) => {
    const state = window as unknown as { clockOffsetMs: number };
    state.clockOffsetMs = offsetMs;
    const Real = Date;
    class Shifted extends Real {
      constructor(...args: [] | [number]) {
        super(args.length ? (args[0] as number) : Real.now() + state.clockOffsetMs);
      }
      static override now() {
        return Real.now() + state.clockOffsetMs;
      }
    }
    window.Date = Shifted as DateConstructor;
  }, hours * 3_600_000);
}

/** Makes every use of the storage throw, as in browsers that block it. */
async function withoutStorage(page: Page): Promise<void> {
  await page.addInitScript(() => {
    for (const name of ["localStorage", "sessionStorage"]) {
      Object.defineProperty(window, name, {
        get() {
          throw new DOMException("The operation is insecure.", "SecurityError");
        },
      });
    }
  });
}
