/** Identity and consent of the visitor: consent, browser signals, accounts, visits, dwell time. */
import { randomUUID } from "node:crypto";
import type { BrowserContext, Page } from "@playwright/test";
import { tokenOf } from "./stack.js";
import { built, PAGE_SCRIPT } from "./tracker/site.js";
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

test("pending consent keeps events in memory with their times, and sends them once it is granted", async ({
  page,
  site,
}) => {
  await enter(page, site, { consent: "pending" });
  const before = Date.now();
  const ids = await trackViews(page, products(3));
  const after = Date.now();
  await page.waitForTimeout(1500);
  await page.evaluate(() => window.tracker.flush());
  expect(site.seen).toEqual([]);
  expect(await storage(page)).toEqual([]);
  const sessionId = await page.evaluate(() => window.tracker.sessionId);
  await page.evaluate(() => window.tracker.consent("granted"));
  for (const row of await stored(ids)) {
    expect(row.occurred_at.getTime()).toBeGreaterThan(before - 500);
    expect(row.occurred_at.getTime()).toBeLessThan(after + 500);
    expect(row.session_id).toBe(sessionId);
  }
  await expectNothingLeft(page);
});

test("denied consent drops waiting events and leaves nothing behind", async ({ page, site }) => {
  await enter(page, site, { consent: "pending" });
  const ids = await trackViews(page, products(3));
  await page.evaluate(() => window.tracker.consent("denied"));
  expect(await page.evaluate(() => window.tracker.view({ product: "p" }))).toBeUndefined();
  expect(await page.evaluate(() => window.tracker.sessionId)).toBeUndefined();
  await page.evaluate(() => window.tracker.flush());
  await page.goto(`${site.url}/elsewhere`);
  expect(site.seen).toEqual([]);
  expect(await storage(page)).toEqual([]);
  expect(await rowsOf(ids)).toEqual([]);
});

test("withdrawn consent drops unsent events, also on the next page and those of earlier pages", async ({
  page,
  site,
}) => {
  await enter(page, site, { bounceMs: 2000 });
  site.outage = UNAVAILABLE;
  const ids = await trackViews(page, products(3));
  await page.reload();
  await begin(page, { consent: "denied", bounceMs: 2000 });
  expect(await storage(page)).toEqual([]);
  site.outage = undefined;
  await page.evaluate(() => window.tracker.consent("granted"));
  const later = await track(page, "view", { product: product() });
  await stored([later]);
  expect(await rowsOf(ids)).toEqual([]);
});

test("a view that waits to become a bounce is dropped as well", async ({ page, site }) => {
  await enter(page, site, { bounceMs: 5000 });
  const id = await track(page, "view", { product: product() });
  await page.evaluate(() => window.tracker.consent("denied"));
  await page.goto(`${site.url}/elsewhere`);
  expect(await storage(page)).toEqual([]);
  expect(await rowsOf([id])).toEqual([]);
  expect(site.seen).toEqual([]);
});

test("a page that the browser prepares for later sends nothing until it is shown", async ({ page, site }) => {
  await page.addInitScript(() => Object.defineProperty(document, "prerendering", { value: true, configurable: true }));
  await enter(page, site);
  const id = await track(page, "view", { product: product() });
  await page.waitForTimeout(500);
  expect(site.seen).toEqual([]);
  expect(await storage(page)).toEqual([]);
  await page.evaluate(() => {
    Object.defineProperty(document, "prerendering", { value: false });
    document.dispatchEvent(new Event("prerenderingchange"));
  });
  await stored([id]);
});

test("without consent an earlier visit is not read", async ({ page, site }) => {
  await enter(page, site);
  await stored([await track(page, "view", { product: product() })]);
  const first = await page.evaluate(() => window.tracker.sessionId);
  await page.reload();
  await begin(page, { consent: "pending" });
  expect(await page.evaluate(() => window.tracker.sessionId)).not.toBe(first);
  await page.evaluate(() => window.tracker.consent("granted"));
  expect(await page.evaluate(() => window.tracker.sessionId)).toBe(first);
});

for (const [name, property, value] of [
  ["Do Not Track", "doNotTrack", "1"],
  ["Global Privacy Control", "globalPrivacyControl", true],
] as const) {
  test(`${name} means no, whatever the page says`, async ({ page, site }) => {
    await page.addInitScript(
      ([property, value]) => Object.defineProperty(navigator, property, { value, configurable: true }),
      [property, value] as const,
    );
    await enter(page, site);
    await page.evaluate(() => window.tracker.consent("granted"));
    expect(await page.evaluate(() => window.tracker.view({ product: "p" }))).toBeUndefined();
    await page.evaluate(() => window.tracker.flush());
    expect(site.seen).toEqual([]);
    expect(await storage(page)).toEqual([]);
    await begin(page, { honorSignals: false });
    await stored([await track(page, "view", { product: product() })]);
  });
}

test("a signed-in shopper sends with their token, which is stored nowhere", async ({ page, site }) => {
  const account = randomUUID();
  const token = tokenOf(account);
  await enter(page, site, { batchMs: 500 }, token);
  const ids = [
    await track(page, "view", { product: product() }),
    await track(page, "add_to_cart", { product: product() }),
    await track(page, "ask_question", { product: product() }),
  ];
  expect((await storage(page)).join()).not.toContain(token.split(".")[1]);
  expect((await storage(page)).join()).not.toContain(account);
  const rows = await stored(ids);
  expect(rows.map((row) => row.account_id)).toEqual([account, account, account]);
  expect(site.seen.map((request) => [request.path, request.headers.authorization])).toEqual([
    ["/api/v1/analytic/interaction", `Bearer ${token}`],
  ]);
});

test("events from before signing in stay a guest's, and events from before signing out stay the account's", async ({
  page,
  site,
}) => {
  const [account, other] = [randomUUID(), randomUUID()];
  await enter(page, site);
  site.outage = UNAVAILABLE;
  const asGuest = await trackViews(page, products(2));
  await signIn(page, tokenOf(account));
  const asAccount = await trackViews(page, products(2));
  await signIn(page, undefined);
  const asGuestAgain = await trackViews(page, products(2));
  await signIn(page, tokenOf(other));
  const asOther = await trackViews(page, products(2));
  site.outage = undefined;
  await stored([...asGuest, ...asGuestAgain, ...asOther]);
  expect(await rowsOf(asAccount), "the account is signed out").toEqual([]);
  expect(await unsent(page)).toHaveLength(2);

  await page.reload();
  await begin(page, {}, tokenOf(account));
  const rows = await stored([...asGuest, ...asAccount, ...asGuestAgain, ...asOther]);
  const accountOf = (ids: string[]) => ids.map((id) => rows.find((row) => row.event_id === id)?.account_id);
  expect(accountOf([...asGuest, ...asGuestAgain])).toEqual([null, null, null, null]);
  expect(accountOf(asAccount)).toEqual([account, account]);
  expect(accountOf(asOther)).toEqual([other, other]);
  const sessions = new Set(rows.filter((row) => row.account_id === other).map((row) => row.session_id));
  expect(rows.filter((row) => row.account_id === account).some((row) => sessions.has(row.session_id))).toBe(false);
});

test("events without a token, in whatever form, are a guest's", async ({ page, site }) => {
  await page.goto(site.url);
  await page.waitForFunction(() => window.createTracker);
  const ids = await page.evaluate((products) => {
    const sources = [
      () => null,
      () => "",
      () => undefined,
      async () => null,
      () => Promise.reject(new Error("signed out")),
      () => {
        throw new Error("signed out");
      },
    ];
    return sources.map((token, index) => {
      const options = { consent: "granted", batchMs: 100, bounceMs: 0, storageKey: `s${index}` } as const;
      return window.createTracker({ ...options, token }).view({ product: products[index] as string }) as string;
    });
  }, products(6));
  expect((await stored(ids)).map((row) => row.account_id)).toEqual(ids.map(() => null));
});

test("an account's events wait while the token callback fails, a guest's do not", async ({ page, site }) => {
  const account = randomUUID();
  await page.clock.install();
  await enter(page, site, { batchMs: 500 }, tokenOf(account));
  const asAccount = await track(page, "view", { product: product() });
  await page.evaluate(() => {
    const get = () => JSON.parse("the session has ended");
    Object.defineProperty(window, "token", { get, configurable: true });
  });
  const asGuest = await track(page, "view", { product: product() });
  await stored([asGuest]);
  expect(await rowsOf([asAccount])).toEqual([]);
  await page.evaluate((value) => Object.defineProperty(window, "token", { value }), tokenOf(account));
  await page.clock.fastForward(30_000);
  const [row] = await stored([asAccount]);
  expect(row?.account_id).toBe(account);
});

test("an expired token is no reason to lose an event", async ({ page, site }) => {
  const account = randomUUID();
  await enter(page, site, {}, tokenOf(account, -60));
  const id = await track(page, "view", { product: product() });
  await expect.poll(() => site.seen.length).toBeGreaterThan(0);
  expect(await rowsOf([id])).toEqual([]);
  await signIn(page, tokenOf(account));
  const [row] = await stored([id]);
  expect(row?.account_id).toBe(account);
});

test("the tracker waits for a token that takes a while", async ({ page, site }) => {
  const account = randomUUID();
  await page.goto(site.url);
  await page.waitForFunction(() => window.createTracker);
  const id = await page.evaluate(
    ([token, product]) => {
      const later = () => new Promise<string>((resolve) => setTimeout(() => resolve(token), 300));
      return window.createTracker({ consent: "granted", batchMs: 100, bounceMs: 0, token: later }).view({ product });
    },
    [tokenOf(account), product()] as const,
  );
  const [row] = await stored([id as string]);
  expect(row?.account_id).toBe(account);
});

test("leaving the page sends the events of an account with its token", async ({ page, site }) => {
  const account = randomUUID();
  await enter(page, site, { batchMs: 60_000 }, tokenOf(account));
  const ids = await trackViews(page, products(3));
  await page.goto(`${site.url}/elsewhere`);
  const rows = await stored(ids);
  expect(rows.map((row) => row.account_id)).toEqual([account, account, account]);
});

test("a visit goes on over pages and tabs and ends after a pause of 30 minutes", async ({ page, site, context }) => {
  await enter(page, site);
  const first = await track(page, "view", { product: product() });
  const other = await context.newPage();
  await enter(other, site);
  const second = await track(other, "view", { product: product() });
  await passTime(other, 29);
  const third = await track(other, "view", { product: product() });
  await passTime(other, 31);
  const fourth = await track(other, "view", { product: product() });
  const sessions = (await stored([first, second, third, fourth])).map((row) => [row.event_id, row.session_id]);
  const sessionOf = Object.fromEntries(sessions);
  expect(sessionOf[second]).toBe(sessionOf[first]);
  expect(sessionOf[third]).toBe(sessionOf[first]);
  expect(sessionOf[fourth]).not.toBe(sessionOf[first]);
});

test("a click names the recommendation that it follows", async ({ page, site }) => {
  await enter(page, site);
  const [recommendationId, name] = ["r1-session-l-0193a0f4-5c00-7000-8000-000000000001", product()];
  const ids = [
    await track(page, "product_impression", { product: name, recommendationId }),
    (await page.evaluate(
      (details) => window.tracker.clickFromRecommendation({ ...details, metadata: { position: 3 } }),
      {
        product: name,
        recommendationId,
      },
    )) as string,
  ];
  expect((await stored(ids)).map((row) => [row.event_type, row.metadata])).toEqual([
    ["product_impression", { recommendation_id: recommendationId }],
    ["click_from_recommendation", { recommendation_id: recommendationId, position: 3 }],
  ]);
});

test("a view that is left at once is a bounce, and not a view as well", async ({ page, site }) => {
  await enter(page, site, { bounceMs: 2000 });
  const left = await track(page, "view", { product: product() });
  const ended = await track(page, "view", { product: product() });
  await page.evaluate(() => window.tracker.endView());
  const last = await track(page, "view", { product: product() });
  await page.goto(`${site.url}/elsewhere`);
  for (const row of await stored([left, ended, last])) {
    expect(row.event_type).toBe("view_bounce");
    expect(row.metadata["dwell_ms"]).toBeLessThan(2000);
  }
});

test("a view that is long enough, or leads to something, is a view", async ({ page, site }) => {
  await enter(page, site, { bounceMs: 500 }, tokenOf(randomUUID()));
  const long = await track(page, "view", { product: product() });
  await page.waitForTimeout(700);
  const name = product();
  const short = await track(page, "view", { product: name });
  await page.waitForTimeout(200);
  const cart = await track(page, "add_to_cart", { product: name, metadata: { size: "M" } });
  await page.goto(`${site.url}/elsewhere`);
  const rows = await stored([long, short, cart]);
  const rowOf = (id: string) => rows.find((row) => row.event_id === id);
  expect(rowOf(long)?.event_type).toBe("view");
  expect(rowOf(short)?.event_type).toBe("view");
  expect(rowOf(cart)?.metadata["size"]).toBe("M");
  expect(rowOf(cart)?.metadata["dwell_ms"]).toBeGreaterThanOrEqual(200);
  expect(rowOf(cart)?.metadata["dwell_ms"]).toBeLessThan(5000);
});

test("another origin needs no preflight as a guest, and one with a token", async ({ page, site, context }) => {
  const account = randomUUID();
  await shopOnAllowedOrigin(context);
  await page.goto("http://localhost:3000/");
  await begin(page, { endpoint: `${site.url}/api/v1/analytic` });
  // While routes are set, Playwright answers preflights itself.
  await context.unrouteAll();
  await stored([await track(page, "view", { product: product() })]);
  expect(site.seen.map((request) => [request.method, request.headers["content-type"]])).toEqual([
    ["POST", "text/plain;charset=UTF-8"],
  ]);
  await signIn(page, tokenOf(account));
  const id = await track(page, "add_to_cart", { product: product() });
  const [row] = await stored([id]);
  expect(row?.account_id).toBe(account);
  expect(site.seen.slice(1).map((request) => request.method)).toEqual(["OPTIONS", "POST"]);
  await expectNothingLeft(page);
});

test("paths are options", async ({ page, site }) => {
  await enter(page, site, { endpoint: "/api/v1/", guestPath: "/analytic/guest/interaction" });
  await stored([await track(page, "view", { product: product() })]);
});

/** All entries of the storage. */
function storage(page: Page): Promise<string[]> {
  return page.evaluate(() => Object.entries(localStorage).map(([key, value]) => `${key}=${value}`));
}

/** Changes the token. */
function signIn(page: Page, token: string | undefined): Promise<void> {
  return page.evaluate((token) => {
    window.token = token;
  }, token);
}

/** Sets the page's clock ahead. */
function passTime(page: Page, minutes: number): Promise<void> {
  return page.evaluate((ms) => {
    const real = Date.now;
    Date.now = () => real() + ms;
  }, minutes * 60_000);
}

/** A shop on the origin that the stack's API allows. It may call this machine, which browsers refuse to public sites. */
async function shopOnAllowedOrigin(context: BrowserContext): Promise<void> {
  await context.grantPermissions(["local-network-access"]);
  await context.route("http://localhost:3000/**", (route) => {
    const path = new URL(route.request().url()).pathname;
    const script = path === "/page.js" ? PAGE_SCRIPT : path === "/tracker/tracker.js" ? built("tracker.js") : undefined;
    return route.fulfill({
      contentType: script ? "text/javascript" : "text/html",
      body: script ?? `<!doctype html><title>Shop</title><script type="module" src="/page.js"></script>`,
    });
  });
}
