/** The dashboard in a real browser, against the real stack with a simulated month. */
import { readFileSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { bestSeller, simulateMonth, webUrl } from "./dashboard/month.js";
import { figures, loaded, open, paths, record, signIn } from "./dashboard/visit.js";
import { query } from "./stack.js";

const ZONE = "Europe/Berlin";

test.use({ viewport: { width: 1280, height: 900 }, locale: "en-GB", timezoneId: ZONE });

test.beforeAll(async () => {
  test.setTimeout(240_000);
  await simulateMonth();
});

/** Reads the API with the token of the page. */
async function api(page: Page, tokens: string[], path: string, query: Record<string, string> = {}) {
  const url = `${webUrl()}${path}?${new URLSearchParams(query)}`;
  const response = await page.request.get(url, { headers: { authorization: `Bearer ${tokens[0]}` } });
  expect(response.ok(), `${path}: ${response.status()}`).toBe(true);
  return response.json();
}

test("each role sees what it may see", async ({ page, context }) => {
  await signIn(page, "admin");
  await expect(page.getByRole("heading", { name: "Today", level: 1 })).toBeVisible();
  expect(await paths(page)).toEqual(expect.arrayContaining(["", "customers", "alerts", "seller"]));
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in to the dashboard" })).toBeVisible();

  await context.clearCookies();
  await signIn(page, "seller", "", await bestSeller());
  await expect(page.getByRole("heading", { name: "Your sales" })).toBeVisible();
  expect(await paths(page)).not.toContain("customers");
  await page.getByRole("button", { name: "Sign out" }).click();

  await context.clearCookies();
  await signIn(page, "shopper");
  await expect(page.getByRole("heading", { name: "This account has no sales" })).toBeVisible();
});

test("the figures of today and of the months are those of the API", async ({ page }) => {
  const seen = record(page);
  await signIn(page, "admin");
  const shown = new Map((await figures(page)).map(({ figure, value }) => [figure, value]));
  const today = new Intl.DateTimeFormat("en-CA", { timeZone: ZONE }).format(new Date());
  const tomorrow = new Date(Date.parse(today) + 86_400_000).toISOString().slice(0, 10);
  const { currency, ordersToday } = await api(page, seen.tokens, "/api/analytics/dashboard", { tz: ZONE });
  const days = { from: today, to: tomorrow, tz: ZONE, currency };
  const { dailyRevenue } = await api(page, seen.tokens, "/api/analytics/revenue", days);
  const { dailyUsers } = await api(page, seen.tokens, "/api/analytics/users", { from: today, to: tomorrow, tz: ZONE });
  expect(shown.get("revenue")).toBe(String(dailyRevenue[0].amountMinor));
  expect(shown.get("ordersPlaced")).toBe(String(ordersToday));
  expect(shown.get("newUsers")).toBe(String(dailyUsers[0].registered));

  await open(page, "customers");
  await loaded(page);
  const { data } = await api(page, seen.tokens, "/api/v1/analytic/sales/months", { tz: ZONE, currency });
  const latest = data.months.at(-1);
  const row = page.getByRole("region", { name: "Months (table)" }).getByRole("row").nth(1);
  await expect(row.getByRole("cell").nth(1)).toHaveText(new Intl.NumberFormat("en-GB").format(latest.orders));
  const revenue = new Intl.NumberFormat("en-GB", { style: "currency", currency }).format(latest.revenue / 100);
  await expect(row.getByRole("cell").nth(3)).toHaveText(revenue);
});

test("the same figure is the same number on all pages", async ({ page }) => {
  await signIn(page, "admin");
  await loaded(page);
  const known = new Map<string, { value: string | null; path: string }>();
  let compared = 0;
  const seller = await bestSeller();
  for (const path of [...(await paths(page)), `seller/${seller}`]) {
    await open(page, path);
    for (const { figure, scope, value } of await figures(page)) {
      const before = known.get(`${figure} ${scope}`);
      if (before !== undefined && before.path !== path) compared += 1;
      expect(before?.value ?? value, `${figure} (${scope}) on ${path} and on ${before?.path}`).toBe(value);
      known.set(`${figure} ${scope}`, { value, path });
    }
  }
  expect(known.size).toBeGreaterThan(10);
  expect(compared, "figures that are on two pages").toBeGreaterThan(0);
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`every page is accessible and logs nothing (${colorScheme})`, async ({ page }) => {
    test.setTimeout(120_000);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const seen = record(page);
    await signIn(page, "admin");
    const seller = await bestSeller();
    for (const path of [...(await paths(page)), `seller/${seller}`, "no-such-page"]) {
      await open(page, path);
      await loaded(page);
      await page.evaluate(() => document.fonts.ready);
      const { violations } = await new AxeBuilder({ page }).analyze();
      const found = violations.map(
        (violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).join(" | ")}`,
      );
      expect(found, `${path} in ${colorScheme}`).toEqual([]);
    }
    expect(seen.console).toEqual([]);
  });
}

test("tokens are in no address, storage, cookie or log", async ({ page, context }) => {
  const seen = record(page);
  await signIn(page, "admin", "customers");
  await loaded(page);
  expect(seen.tokens.length).toBeGreaterThanOrEqual(2);
  const kept = await page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href, history.state]),
  );
  const cookies = JSON.stringify(await context.cookies());
  for (const token of seen.tokens) {
    for (const text of [kept, cookies, ...seen.console, ...seen.requests.map(String)])
      expect(text).not.toContain(token);
  }
  expect(new URL(page.url()).search).toBe("");
  // Signing out must not carry the ID token either.
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in to the dashboard" })).toBeVisible();
  for (const token of seen.tokens) expect(seen.requests.map(String).join()).not.toContain(token);
});

test("a deep link survives the sign-in and a reload", async ({ page }) => {
  await signIn(page, "admin", "customers?users=90");
  await expect(page.getByRole("heading", { name: "Customers", level: 1 })).toBeVisible();
  await expect(page.getByRole("button", { name: "90 days" })).toHaveAttribute("aria-pressed", "true");
  await page.reload();
  await expect(page.getByRole("button", { name: "90 days" })).toHaveAttribute("aria-pressed", "true");
  await page.getByRole("link", { name: "Alerts" }).click();
  await expect(page.getByRole("heading", { name: "Alerts", level: 1 })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Customers", level: 1 })).toBeVisible();
});

test("an address with a choice that does not exist shows the page with its first choice", async ({ page }) => {
  await signIn(page, "admin", "?methods=abc&daily=abc");
  await expect(page.locator('[data-figure="revenue"][data-value]')).toBeVisible();
  for (const path of [
    "customers?users=abc",
    "recommendations?range=abc&preview=abc",
    "flow?events=abc",
    "alerts?rule=abc",
    "products?rank=abc",
    "products/p-1?range=abc&history=abc&sales=abc&kind=abc",
    "seller/s-1?range=abc&window=abc&by=abc",
    "orders?first=9999-12-31&last=9999-12-31&status=abc&by=abc",
  ]) {
    await open(page, path);
    await loaded(page);
    await expect(page.locator('main [aria-pressed="true"], main select').first()).toBeVisible();
    await expect(page.getByText("This page failed")).toHaveCount(0);
  }
});

test("what is typed as soon as a field is there stays", async ({ page }) => {
  // Before the page is painted, which no person and no `fill` does reliably.
  await page.addInitScript(() => {
    const type = () => {
      for (const field of document.querySelectorAll<HTMLInputElement>("form.inline-form input:not([data-typed])")) {
        field.dataset["typed"] = "";
        field.value = "typed";
        field.dispatchEvent(new InputEvent("input", { bubbles: true }));
      }
    };
    new MutationObserver(type).observe(document, { childList: true, subtree: true });
  });
  await signIn(page, "admin", "products?rank=30d");
  for (const [path, label] of [
    ["products?rank=30d", "Category or seller id"],
    ["flow", "Event id, as the sender set it"],
  ] as const) {
    await open(page, path);
    const field = page.getByLabel(label, { exact: true });
    await expect(field).toHaveAttribute("data-typed", "");
    await loaded(page);
    await expect(field).toHaveValue("typed");
  }
});

test("a seller's page asks for the seller's own figures only", async ({ page }) => {
  const seen = record(page);
  const seller = await bestSeller();
  await signIn(page, "seller", "customers", seller);
  await expect(page.getByRole("heading", { name: "Page not found" })).toBeVisible();
  await page.getByRole("link", { name: "Seller", exact: true }).click();
  const shown = new Map((await figures(page)).map(({ figure, value }) => [figure, value]));
  const asked = seen.requests.filter((url) => url.pathname.startsWith("/api/"));
  const OWN = [
    "/api/v1/analytic/seller-dashboard",
    "/api/v1/analytic/sales/top-products",
    "/api/v1/analytic/sales/windows",
    "/api/v1/analytic/products",
  ];
  expect([...new Set(asked.map((url) => url.pathname))].filter((path) => !OWN.includes(path))).toEqual([]);
  expect(asked.filter((url) => url.searchParams.has("seller_id"))).toEqual([]);

  const range = asked.findLast((url) => url.pathname === OWN[0] && url.searchParams.get("granularity") === "day");
  const { data } = await api(page, seen.tokens, OWN[0] ?? "", Object.fromEntries(range?.searchParams ?? []));
  expect(shown.get("sellerRevenue")).toBe(String(data.summary.total_revenue));
  expect(shown.get("sellerOrders")).toBe(String(data.summary.total_orders));
  for (const charge of ["shipping", "tax", "fees"]) {
    const figure = `seller${charge.charAt(0).toUpperCase()}${charge.slice(1)}`;
    expect(shown.get(figure), charge).toBe(String(data.summary[charge]));
  }
  expect(data.summary.shipping).toBeGreaterThan(0);
  expect(data.summary.total_orders).toBeGreaterThan(0);
});

test("an admin sees the same figures of a seller as the seller", async ({ page, context }) => {
  const seller = await bestSeller();
  const pick = async () =>
    (await figures(page))
      .filter((shown) => shown.figure.startsWith("seller"))
      .sort(byName)
      .map((shown) => `${shown.figure} ${shown.scope} ${shown.value}`);
  const byName = (a: { figure: string }, b: { figure: string }) => a.figure.localeCompare(b.figure);
  await signIn(page, "seller", "seller?currency=EUR", seller);
  const own = await pick();
  await context.clearCookies();
  await page.evaluate(() => sessionStorage.clear());
  await signIn(page, "admin", `seller/${seller}?currency=EUR`);
  expect(await pick()).toEqual(own);
  expect(own.length).toBe(7);
});

test("offline, the figures stay, and later update by themselves", async ({ page, context }) => {
  await signIn(page, "admin");
  const before = await figures(page);
  await context.setOffline(true);
  await expect(page.getByText("This device is offline. The figures are")).toBeVisible();
  await expect(page.locator(".stale").first()).toContainText("As of");
  expect((await figures(page)).map(({ figure }) => figure)).toEqual(before.map((figure) => figure.figure));
  await context.setOffline(false);
  await expect(page.locator(".stale")).toHaveCount(0);
});

test("a busy API is reported, with what to do, and retried after Retry-After", async ({ page }) => {
  await page.clock.install();
  await signIn(page, "admin");
  let refused = 0;
  await page.route("**/customer-segments?*", async (route) => {
    refused += 1;
    if (refused > 1) return route.continue();
    const body = JSON.stringify({
      error: { http_status: 503, code: "unavailable", message: "the database cannot be reached" },
    });
    await route.fulfill({ status: 503, headers: { "retry-after": "14", "content-type": "application/json" }, body });
  });
  await page.route("**/sales/months?*", async (route) => {
    await new Promise((done) => setTimeout(done, 2_000));
    await route.continue();
  });
  await page.getByRole("link", { name: "Customers" }).click();
  const segments = page.getByRole("region", { name: "Customers by spending" }).first();
  await expect(segments.getByRole("alert")).toContainText("the database cannot be reached");
  await expect(page.getByText("Loading …").first()).toBeAttached();
  // Without Retry-After, the page would read again after 10 s.
  await page.clock.fastForward(12_000);
  await page.waitForTimeout(500);
  expect(refused).toBe(1);
  await page.clock.fastForward(2_000);
  await expect(segments.getByRole("row").nth(1)).toBeVisible();
  await loaded(page);
});

test("behind a captive portal the page says so, and goes on by itself when it is passed", async ({ page }) => {
  let isPassed = false;
  const answer = (json: boolean) =>
    json ? { json: {} } : { contentType: "text/html", body: "<html>Please sign in to the network</html>" };
  await page.route(/\/(api\/|config\.json)/, async (route) => {
    if (isPassed) return route.continue();
    await route.fulfill(answer(route.request().url().includes("/api/analytics/users")));
  });
  await open(page);
  await expect(page.getByRole("alert")).toHaveText("config.json: the answer is not from the shop's server");
  isPassed = true;
  await page.getByRole("button", { name: "Try again" }).click();
  await signIn(page, "admin");
  await loaded(page);
  isPassed = false;
  await expect(page.locator(".stale").first()).toContainText("The answer does not come from the API.");
  await expect(page.getByText("This page failed")).toHaveCount(0);
  isPassed = true;
  await expect(page.locator(".stale, .failure")).toHaveCount(0, { timeout: 30_000 });
  await loaded(page);
});

test("an expired sign-in is reported, and the page stays", async ({ page }) => {
  await page.clock.install();
  await signIn(page, "admin");
  await loaded(page);
  await page.route("**/api/analytics/orders", (route) =>
    route.fulfill({ status: 401, body: '{"message":"Unauthorized"}' }),
  );
  await page.clock.fastForward(10_000);
  await expect(page.locator(".notice")).toContainText("Your sign-in has expired.");
  await expect(page.getByRole("heading", { name: "Today", level: 1 })).toBeVisible();
  await page.unroute("**/api/analytics/orders");
  await page.getByRole("button", { name: "Sign in again" }).click();
  await loaded(page);
  await expect(page.locator(".notice")).toHaveCount(0);
});

/** Answers a refresh token; undefined breaks the connection off. */
type Renewal = { status: number; error: string } | "renewed" | undefined;

/**
 * Lets the first access token expire after `seconds`, and answers the requests to renew it with `renewals`, the last one
 * again and again. Returns the grants that are requested.
 */
async function letExpire(page: Page, seconds: number, ...renewals: Renewal[]): Promise<(string | null)[]> {
  const grants: (string | null)[] = [];
  await page.route("**/token", async (route) => {
    grants.push(new URLSearchParams(route.request().postData() ?? "").get("grant_type"));
    const first = grants.length === 1;
    const renewal = first ? "renewed" : renewals.length > 1 ? renewals.shift() : renewals[0];
    if (renewal === undefined) return route.abort("connectionreset");
    if (renewal !== "renewed") return route.fulfill({ status: renewal.status, json: { error: renewal.error } });
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), expires_in: first ? seconds : 3_600 } });
  });
  return grants;
}

const CODE = "authorization_code";
const REFRESH = "refresh_token";

// A token is renewed a minute before it expires: here, two seconds after it was issued.
test("a sign-in is renewed before it expires, without a frame", async ({ page }) => {
  const grants = await letExpire(page, 62, "renewed");
  await signIn(page, "admin");
  await expect.poll(() => grants).toEqual([CODE, REFRESH]);
  await loaded(page);
  await expect(page.locator(".notice")).toHaveCount(0);
  expect(page.frames()).toHaveLength(1);
});

test("a renewal that the issuer does not answer is repeated, and the sign-in has not expired", async ({ page }) => {
  const grants = await letExpire(page, 62, undefined, { status: 503, error: "temporarily_unavailable" }, "renewed");
  await signIn(page, "admin");
  await page.evaluate(() => {
    const notices = new MutationObserver(() => {
      if (document.querySelector(".notice") !== null) document.title = "a notice was shown";
    });
    notices.observe(document, { childList: true, subtree: true });
  });
  await expect.poll(() => grants).toEqual([CODE, REFRESH, REFRESH, REFRESH]);
  await loaded(page);
  expect(await page.title()).not.toBe("a notice was shown");
});

test("a sign-in that the issuer refuses to renew has expired, and is not renewed again", async ({ page }) => {
  const grants = await letExpire(page, 62, { status: 400, error: "invalid_grant" });
  await signIn(page, "admin");
  await expect(page.locator(".notice")).toContainText("Your sign-in has expired.");
  await page.waitForTimeout(4_000);
  expect(grants).toEqual([CODE, REFRESH]);
});

test("a device that slept past the expiry renews the sign-in before it reads", async ({ page }) => {
  await page.clock.install();
  const grants = await letExpire(page, 3_600, "renewed");
  await page.route("**/token", async (route) => {
    await new Promise((done) => setTimeout(done, 2_500));
    await route.fallback();
  });
  const seen = record(page);
  await signIn(page, "admin");
  await loaded(page);
  let unauthorized = 0;
  page.on("response", (response) => {
    if (response.status() === 401) unauthorized += 1;
  });
  await page.clock.fastForward("08:00:00");
  await expect.poll(() => grants, { intervals: [50] }).toEqual([CODE, REFRESH]);
  seen.requests.length = 0;
  await expect
    .poll(() => seen.requests.filter((url) => url.pathname.endsWith("/sales/windows")).length)
    .toBeGreaterThan(1);
  await expect(page.locator(".notice, .stale, .failure")).toHaveCount(0);
  expect(unauthorized).toBe(0);
});

test("a sign-in that is renewed after its expiry removes the notice, and the page reads again", async ({ page }) => {
  await page.clock.install();
  const grants = await letExpire(page, 3_600, undefined, undefined, "renewed");
  let isSeen = (): void => undefined;
  const seen = new Promise<void>((done) => {
    isSeen = done;
  });
  // The third renewal waits, so that the notice is there long enough to be seen.
  await page.route("**/token", async (route) => {
    if (grants.length === 3) await seen;
    await route.fallback();
  });
  await signIn(page, "admin");
  await loaded(page);
  await page.clock.fastForward("08:00:00");
  await expect(page.locator(".notice")).toContainText("Your sign-in has expired.");
  isSeen();
  await expect(page.locator(".notice, .stale, .failure")).toHaveCount(0);
  expect(grants.slice(0, 4)).toEqual([CODE, REFRESH, REFRESH, REFRESH]);
  await loaded(page);
});

test("an answer to a request without a valid token that arrives after the renewal does not end the sign-in", async ({
  page,
}) => {
  await page.clock.install();
  await letExpire(page, 3_600, "renewed");
  await signIn(page, "admin");
  await loaded(page);
  let held = 0;
  await page.route("**/token", (route) => (held === 0 ? route.abort("connectionreset") : route.fallback()));
  await page.route(/\/sales\/windows/, async (route) => {
    if (route.request().headers()["authorization"] !== undefined) return route.fallback();
    held += 1;
    await expect(page.locator(".notice")).toHaveCount(0);
    await route.fallback();
  });
  await page.clock.fastForward("08:00:00");
  await expect.poll(() => held).toBeGreaterThan(0);
  const late = await page.waitForResponse((response) => response.url().includes("/sales/windows"));
  expect(late.status()).toBe(401);
  await page.waitForTimeout(3_000);
  await expect(page.locator(".notice, .stale, .failure")).toHaveCount(0);
});

test("a table is saved in its current order, with exact amounts", async ({ page }) => {
  await signIn(page, "admin", "customers");
  await loaded(page);
  const card = page.locator("section.card", { has: page.getByRole("heading", { name: "Months" }) });
  await card.getByRole("button", { name: "Orders", exact: true }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    card.getByRole("button", { name: "Save as CSV" }).click(),
  ]);
  const lines = readFileSync(await download.path(), "utf8")
    .trim()
    .split("\r\n");
  expect(download.suggestedFilename()).toBe("months.csv");
  expect(lines[0]).toMatch(/^Month,Orders,Change of orders,Revenue \([A-Z]{3}\),/);
  expect(lines).toHaveLength(13);
  const counts = lines.slice(1).map((line) => Number(line.split(",")[1]));
  expect(counts).toEqual([...counts].sort((a, b) => b - a));
});

test("the first sale of a shop is shown in its currency, on a page that was open before", async ({ page }) => {
  await page.clock.install();
  let hasSold = false;
  let reads = 0;
  await page.route("**/api/analytics/dashboard", async (route) => {
    reads += 1;
    const response = await route.fetch();
    const { currency: _, ...overview } = await response.json();
    const empty = { ...overview, revenueByCurrency: [] };
    return hasSold ? route.fulfill({ response }) : route.fulfill({ response, json: empty });
  });
  await signIn(page, "admin");
  const revenue = page.locator('.headline [data-figure="revenue"]').first();
  await expect(revenue.locator(".figure-value")).toHaveText(/^[–0]$/);
  hasSold = true;
  await page.clock.fastForward(10_000);
  await expect(revenue.locator(".figure-value")).toHaveText(/[€$£]|[A-Z]{3}/);
  // From then on the currencies are read once, and again after a minute.
  reads = 0;
  await page.reload();
  await loaded(page);
  await page.clock.fastForward(50_000);
  await loaded(page);
  await page.waitForTimeout(500);
  expect(reads).toBe(1);
  await page.clock.fastForward(15_000);
  await expect.poll(() => reads).toBe(2);
  await page.unrouteAll({ behavior: "wait" });
});

test("a chart is saved with exact amounts and their currency", async ({ page }) => {
  await signIn(page, "admin");
  await loaded(page);
  const card = page.locator("section.card", { has: page.getByRole("heading", { name: "Last 30 days" }) });
  await card.getByRole("button", { name: "Show as table" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    card.getByRole("button", { name: "Save as CSV" }).click(),
  ]);
  const lines = readFileSync(await download.path(), "utf8")
    .trim()
    .split("\r\n");
  expect(lines[0]).toMatch(/^Day,Revenue \([A-Z]{3}\)$/);
  expect(lines[1]).toMatch(/,-?\d+\.\d\d$/);
});

test("an alert of the list opens, however many are newer", async ({ page }) => {
  test.setTimeout(120_000);
  const marker = `customer:opens-${Date.now()}`;
  await query(
    `INSERT INTO analytic.finding (id, rule, subject, window_name, evidence, date_created, date_updated)
     SELECT gen_random_uuid(), CASE WHEN n = 0 THEN 'order_burst' ELSE 'abandoned_cart' END, $1, n::text,
       '{"order_count": 7, "orders": []}', now() - interval '1 year' + n * interval '1 s', now()
     FROM generate_series(0, 520) AS n`,
    [marker],
  );
  try {
    // The first page of a rule, and the last page of all.
    for (const path of ["alerts?rule=order_burst", "alerts"]) {
      await (path === "alerts" ? open(page, path) : signIn(page, "admin", path));
      const burst = page.getByRole("row", { name: marker.replace("customer:", "") }).getByText("Burst of orders");
      const next = page.getByRole("button", { name: "Next" });
      await loaded(page);
      for (let turned = 0; turned < 100 && (await burst.count()) === 0; turned += 1) {
        await next.click();
        await expect(page.getByText(`Page ${turned + 2}`, { exact: true })).toBeVisible();
        await loaded(page);
      }
      await burst.click();
      await expect(page.getByRole("heading", { name: "Burst of orders", level: 1 })).toBeVisible();
      await expect(page.getByText(marker.replace(":", " "))).toBeVisible();
      await page.reload();
      await expect(page.getByText(marker.replace(":", " "))).toBeVisible();
    }
  } finally {
    await query("DELETE FROM analytic.finding WHERE subject = $1", [marker]);
  }
});

test("a measurement of two days ago does not say that every event is accounted for", async ({ page }) => {
  let daysAgo = 1;
  await page.route("**/api/analytics/flow", async (route) => {
    const response = await route.fetch();
    const measuredAt = new Date(Date.now() - daysAgo * 86_400_000 - 3_600_000).toISOString();
    const conservation = { measuredAt, stored: 9, applied: 9, waiting: 0, parked: 0, difference: 0 };
    await route.fulfill({ response, json: { ...(await response.json()), conservation } });
  });
  await signIn(page, "admin", "flow");
  const verdict = page.getByRole("region", { name: "Conservation" }).getByRole("status");
  await expect(verdict).toHaveText("Every stored event is applied, waiting or parked.");
  daysAgo = 2;
  await expect(verdict).toContainText("No measurement for more than two days");
});

test("what a visitor does is shown within seconds", async ({ page }) => {
  await signIn(page, "admin");
  await loaded(page);
  const table = page.getByRole("region", { name: "Popular products (table)" }).getByRole("row").nth(1);
  const views = async () => Number(((await table.getByRole("cell").nth(2).textContent()) ?? "").replaceAll(",", ""));
  const before = await views();
  const id = (await table.locator("a.product").getAttribute("title")) ?? "";
  const interactions = Array.from({ length: 5 }, () => ({
    event_type: "view",
    ref_type: "Product",
    ref_id: id,
    session_id: crypto.randomUUID(),
  }));
  const sent = await page.request.post(`${webUrl()}/api/v1/analytic/guest/interaction`, { data: { interactions } });
  expect(sent.ok()).toBe(true);
  const start = Date.now();
  await expect.poll(views, { intervals: [100] }).toBeGreaterThan(before);
  // Two seconds on an idle machine; here, other tests run at the same time.
  console.log(`dashboard: a visitor's views showed after ${Date.now() - start} ms`);
  expect(Date.now() - start).toBeLessThan(6_000);
});

test("the first view is ready in a second", async ({ page }) => {
  await signIn(page, "admin");
  await loaded(page);
  const times: number[] = [];
  for (let visit = 0; visit < 3; visit += 1) {
    const start = Date.now();
    await page.reload({ waitUntil: "commit" });
    await expect(page.locator('[data-figure="revenue"][data-value]')).toBeVisible();
    times.push(Date.now() - start);
  }
  console.log(`dashboard: sign-in and first view took ${times.join(", ")} ms`);
  // One second on an idle machine; here, the stack and other tests run at the same time.
  expect(Math.min(...times)).toBeLessThan(5_000);
});

test("on a phone the navigation is a menu, nothing is cut off, and the keyboard reaches everything", async ({
  page,
}) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await signIn(page, "admin");
  await loaded(page);
  for (const path of await paths(page)) {
    await open(page, path);
    await loaded(page);
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(beyond, `${path} is wider than the screen`).toBeLessThanOrEqual(0);
  }
  await page.getByRole("button", { name: "Menu" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("link", { name: "Customers" })).toBeVisible();
  await open(page);
  await loaded(page);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
});

test("on a phone, names and ids of 128 characters are not cut off", async ({ page }) => {
  const long = "y".repeat(128);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.route("**/api/v1/analytic/products?*", async (route) => {
    const requested = new URL(route.request().url()).searchParams.get("ids")?.split(",") ?? [];
    const products = requested.map((id) => ({ requested: id, id, name: long }));
    await route.fulfill({ json: { data: { products } } });
  });
  await signIn(page, "admin");
  for (const path of [
    "",
    `products/${long}`,
    `products?category=${long}&seller=${long}`,
    `seller/${long}`,
    `alerts/${long}`,
    `flow/${long}`,
    `recommendations?product=${long}`,
    `orders?seller=${long}`,
  ]) {
    await open(page, path);
    await loaded(page);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width, `the width of ${path.slice(0, 20)}`).toBeLessThanOrEqual(390);
  }
});

test("every figure says what it means", async ({ page }) => {
  await signIn(page, "admin");
  await loaded(page);
  const button = page.getByRole("button", { name: "What is “Revenue”?" }).first();
  await button.click();
  await expect(page.getByRole("note").first()).toContainText("Payments minus refunds");
  await page.keyboard.press("Escape");
  await expect(button).toHaveAttribute("aria-expanded", "false");
});

/** The colours of the page, whose chart by day is drawn in them once it has pixels of the accent colour. */
async function colours(page: Page): Promise<string[]> {
  await loaded(page);
  const read = () =>
    page.evaluate(() => {
      const of = (name: string) => {
        const probe = document.body.appendChild(document.createElement("i"));
        probe.style.color = `var(${name})`;
        const { color } = getComputedStyle(probe);
        probe.remove();
        return color;
      };
      const canvas = document.querySelector<HTMLCanvasElement>("[aria-label^='Chart: Revenue by day'] canvas");
      const pixels = canvas?.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      const accent = of("--series-accent");
      let drawn = 0;
      for (let at = 0; at < pixels.length; at += 4)
        if (`rgb(${pixels[at]}, ${pixels[at + 1]}, ${pixels[at + 2]})` === accent) drawn += 1;
      return { drawn, colours: ["--bg", "--text", "--accent", "--bad", "--series-accent"].map(of) };
    });
  await expect.poll(async () => (await read()).drawn).toBeGreaterThan(50);
  return (await read()).colours;
}

test("a chosen theme has the colours of the system's theme, also in charts, and survives a reload", async ({
  page,
}) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await signIn(page, "admin");
  const dark = await colours(page);
  await page.emulateMedia({ colorScheme: "light" });
  const light = await colours(page);
  expect(light.filter((colour) => dark.includes(colour))).toEqual([]);
  await page.getByLabel("Theme").selectOption("dark");
  expect(await colours(page)).toEqual(dark);
  await page.reload();
  expect(await colours(page)).toEqual(dark);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.getByLabel("Theme").selectOption("light");
  expect(await colours(page)).toEqual(light);
});
