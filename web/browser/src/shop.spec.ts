/** The demo shop in a real browser, against the real API: the actions of a visitor reach the figures. */
import { randomUUID } from "node:crypto";
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import {
  adminToken,
  enter,
  expect,
  open,
  openShop,
  revenue,
  send,
  sessionOf,
  shop,
  storedOf,
  test,
  viewsOf,
} from "./shop/visitor.js";

/** Two seconds on an idle machine; here, other programs run at the same time, so the times are printed. */
const SOON = { timeout: 10_000, intervals: [50] };

test.beforeAll(async () => {
  test.setTimeout(150_000);
  await openShop(["lund-mug", "vik-kettle", "karst-pour-over", "oda-grinder"]);
});

test("a view and an order are in the figures within seconds", async ({ page }) => {
  const token = await adminToken();
  const [views, before] = [await viewsOf("ly-tent"), await revenue(token)];
  await enter(page);
  await open(page, "Outdoors", "Ly tent");
  let start = Date.now();
  await expect.poll(() => viewsOf("ly-tent"), SOON).toBe(views + 1);
  console.log(`view: in the figures after ${Date.now() - start} ms`);

  await page.getByRole("button", { name: "Add to cart", exact: true }).click();
  await page.getByRole("link", { name: "Cart, 1" }).click();
  await page.getByRole("link", { name: "Check out" }).click();
  start = Date.now();
  await page.getByRole("button", { name: "Place the order" }).click();
  await expect.poll(() => revenue(token), SOON).toBe(before + 24_900);
  console.log(`order: in the figures after ${Date.now() - start} ms`);
  await expect(page.getByRole("heading", { name: "Thank you!" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Cart, 0" })).toBeVisible();
});

test("recommendations follow what a visitor looks at, give reasons, and clicks name the recommendation", async ({
  page,
}) => {
  await enter(page);
  await open(page, "Coffee & tea", "Lund mug");
  await expect(
    page.getByRole("region", { name: "Viewed together" }).locator("[data-product=vik-kettle]"),
  ).toContainText("Viewed together with Lund mug");
  await page.getByRole("link", { name: "Fjord and Fern, start page" }).click();
  const forYou = page.getByRole("region", { name: "For you" });
  await expect(forYou.locator("[data-product=vik-kettle]")).toContainText("Because you viewed Lund mug");
  await forYou.getByRole("link", { name: "Vik kettle" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Vik kettle" })).toBeVisible();

  const session = await sessionOf(page);
  const clicks = async () => (await storedOf(session)).filter((row) => row.event_type === "click_from_recommendation");
  await expect.poll(clicks).toMatchObject([{ ref_id: "vik-kettle" }]);
  const [click] = await clicks();
  expect(click?.metadata?.recommendation_id).toMatch(/^r1-session-/);
  const shown = (await storedOf(session)).filter((row) => row.event_type === "product_impression");
  expect(shown.map((row) => row.metadata?.recommendation_id)).toContain(click?.metadata?.recommendation_id);
});

test("what a guest does with the cart and favourites is stored once, for the visit", async ({ page }) => {
  await enter(page, "/product/bre-bottle");
  await page.getByRole("button", { name: "Add to cart", exact: true }).click();
  await page.locator(".product").getByRole("button", { name: "Favourite: Bre bottle" }).click();
  await page.reload();
  await expect(page.getByRole("link", { name: "Favourites, 1" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Cart, 1" })).toBeVisible();
  const session = await sessionOf(page);
  const done = async () =>
    (await storedOf(session)).map((row) => row.event_type).filter((type) => type.startsWith("add"));
  await expect.poll(done).toEqual(["add_to_cart", "add_to_favorites"]);
});

test("what a visitor is not interested in is not recommended again", async ({ page }) => {
  await enter(page, "/product/lund-mug");
  const beside = page.getByRole("region", { name: "Viewed together" });
  await beside.getByRole("button", { name: "Not interested in Vik kettle" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Vik kettle" })).toBeVisible();
  await expect(beside.locator("[data-product=vik-kettle]")).toHaveCount(0);
  await page.reload();
  await expect(beside.locator("[data-product=karst-pour-over]")).toBeVisible();
  await expect(page.getByRole("main").locator("[data-product=vik-kettle]")).toHaveCount(0);
  const session = await sessionOf(page);
  await expect.poll(async () => (await storedOf(session)).map((row) => row.event_type)).toContain("not_interested");
});

test("nothing is sent before consent; afterwards the events from before are sent", async ({ page, watched }) => {
  await page.goto(shop("/product/lund-mug"));
  await page.waitForTimeout(1500);
  expect(sent(watched.requests)).toEqual([]);
  expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
  await page.getByRole("button", { name: "Yes, please" }).click();
  await expect.poll(() => sent(watched.requests)).toHaveLength(1);
  const session = await sessionOf(page);
  await expect.poll(async () => (await storedOf(session)).map((row) => row.ref_id)).toEqual(["lund-mug"]);
});

test("a visitor who declines is not counted, and the shop works", async ({ page, watched }) => {
  await page.goto(shop("/product/lund-mug"));
  await page.getByRole("button", { name: "No, thanks" }).click();
  await open(page, "Coffee & tea", "Vik kettle");
  await page.getByRole("button", { name: "Add to cart", exact: true }).click();
  await page.locator(".product").getByRole("button", { name: "Favourite: Vik kettle" }).click();
  await page.getByRole("link", { name: "Fjord and Fern, start page" }).click();
  await expect(page.getByText("it needs your consent")).toBeVisible();
  await page.waitForTimeout(1000);
  expect(sent(watched.requests)).toEqual([]);
  expect(watched.requests.filter((request) => request.url().includes("/recommendations/session"))).toEqual([]);
  expect(await page.evaluate(() => localStorage.getItem("shopsignal.visit"))).toBeNull();
});

test("an order whose response is lost is placed once", async ({ page, watched }) => {
  watched.expected.push(/Failed to load resource/);
  const token = await adminToken();
  const before = await revenue(token);
  await enter(page, "/product/strek-pen");
  await page.getByRole("button", { name: "Add to cart", exact: true }).click();
  await page.getByRole("link", { name: "Cart, 1" }).click();
  await page.getByRole("link", { name: "Check out" }).click();
  const orders: (string | null)[] = [];
  page.on("request", (request) => request.url().endsWith("/shop-api/checkout") && orders.push(request.postData()));
  let lost = 0;
  await page.route(
    "**/shop-api/checkout",
    async (route) => {
      await route.fetch();
      lost += 1;
      await route.abort();
    },
    { times: 1 },
  );
  await page.getByRole("button", { name: "Place the order" }).click();
  await expect(page.getByRole("alert")).toContainText("it cannot be placed twice");
  await expect(page.getByRole("radio", { name: "PayPal" })).toBeDisabled();
  await page.getByRole("button", { name: "Place the order" }).click();
  await expect(page.getByRole("heading", { name: "Thank you!" })).toBeVisible();
  expect(lost).toBe(1);
  expect(orders).toHaveLength(2);
  expect(orders[1]).toBe(orders[0]);
  await expect.poll(() => revenue(token)).toBe(before + 3490);
  await page.waitForTimeout(1500);
  expect(await revenue(token)).toBe(before + 3490);
});

test("prices come from the back end, and its errors name the field", async () => {
  const body = { checkout_id: randomUUID(), placed_at: new Date().toISOString(), payment_method: "card" };
  const line = { product: "ly-tent", quantity: 1 };
  const refused = async (part: object) => {
    const { status, body: answer } = await send("/shop-api/checkout", { ...body, ...part });
    return [status, (answer["error"] as { message: string } | undefined)?.message];
  };
  expect(await refused({ lines: [{ ...line, price: 1 }] })).toEqual([400, "lines[0].price: is not known"]);
  expect(await refused({ lines: [line, { product: "lund-mug", quantity: 0 }] })).toEqual([
    400,
    "lines[1].quantity: must be a whole number from 1 to 20",
  ]);
  const early = new Date(Date.now() - 61 * 60_000).toISOString();
  expect(await refused({ lines: [line], placed_at: early })).toEqual([
    400,
    'placed_at: must be a time within the last hour, such as "2026-11-20T12:00:00.000Z"',
  ]);
});

test("a checkout makes an order of its own, and only as JSON", async () => {
  const line = { product: "strek-pen", quantity: 1 };
  const checkout_id = randomUUID();
  const body = { checkout_id, placed_at: new Date().toISOString(), payment_method: "card", lines: [line] };
  const first = await send("/shop-api/checkout", body);
  expect(first).toMatchObject({ status: 200, body: { data: { order_id: expect.any(String), total: 3490 } } });
  expect(first.body["data"]).not.toMatchObject({ order_id: checkout_id });
  expect(await send("/shop-api/checkout", body)).toEqual(first);
  const text = await fetch(new URL("/shop-api/checkout", shop()), { method: "POST", body: JSON.stringify(body) });
  expect(text.status).toBe(415);
});

test("a shopper signs in; the token is in no address and no storage", async ({ page, watched }) => {
  await enter(page, "/product/jord-pot");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("link", { name: "shopper" }).click();
  await expect(page.getByRole("button", { name: "Sign out" })).toBeVisible();
  await expect(page).toHaveURL(shop("/product/jord-pot"));
  await page.getByRole("button", { name: "Add to cart", exact: true }).click();
  const trackingRequests = () => watched.requests.filter((request) => request.url().endsWith("/analytic/interaction"));
  await expect.poll(() => trackingRequests().length).toBeGreaterThan(0);
  const token = (await trackingRequests()[0]?.headerValue("authorization"))?.replace("Bearer ", "") ?? "none";
  expect(token.split(".")).toHaveLength(3);
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  expect(kept).not.toContain(token);
  expect(watched.requests.filter((request) => request.url().includes(token))).toEqual([]);
  const session = await sessionOf(page);
  const carts = async () => (await storedOf(session)).filter((row) => row.event_type === "add_to_cart");
  await expect.poll(carts).toMatchObject([{ ref_id: "jord-pot", account_id: expect.any(String) }]);
  await page.getByRole("button", { name: "Sign out" }).click();
  const addresses = () => watched.requests.map((request) => request.url());
  await expect.poll(() => addresses().some((address) => address.includes("/sign-out?"))).toBe(true);
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  // Every token is a JWT, which begins with `{"` in Base64.
  expect(addresses().filter((address) => address.includes("eyJ"))).toEqual([]);
});

test("a list that cannot be loaded shows an error and can be retried", async ({ page, watched }) => {
  watched.expected.push(/503/);
  await page.route(/\/popularity\?ids=/, (route) => route.fulfill({ status: 503, json: {} }), { times: 1 });
  await enter(page);
  const popular = page.getByRole("region", { name: "Popular now" });
  await expect(popular.getByRole("alert")).toContainText("could not be loaded");
  await popular.getByRole("button", { name: "Try again" }).click();
  await expect(popular.locator("[data-product=lund-mug]")).toBeVisible();
});

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`accessible, ${colorScheme}`, () => {
    test.use({ colorScheme });

    test("every page", async ({ page }) => {
      test.setTimeout(240_000);
      await page.goto(shop());
      await check(page, "consent");
      await page.getByRole("button", { name: "Yes, please" }).click();
      for (const path of ["/", "/category/light", "/product/lund-mug", "/favourites", "/cart", "/checkout", "/none"]) {
        await page.goto(shop(path));
        await page.waitForLoadState("networkidle");
        await check(page, path);
      }
      await page.goto(shop("/product/lund-mug"));
      await page.getByRole("button", { name: "Add to cart", exact: true }).click();
      await page.locator("summary").click();
      await check(page, "strip");
      await page.goto(shop("/cart"));
      await page.waitForLoadState("networkidle");
      await check(page, "a cart with something in it");
      await page.getByRole("link", { name: "Check out" }).click();
      await check(page, "checkout");
    });
  });
}

test("every page fits a phone", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await enter(page);
  for (const path of ["/", "/category/light", "/product/lund-mug", "/cart"]) {
    await page.goto(shop(path));
    await page.waitForLoadState("networkidle");
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), path).toBe(0);
  }
});

async function check(page: Page, what: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(
    violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]),
    what,
  ).toEqual([]);
}

/** The paths of the requests that send something to Shopsignal. */
function sent(requests: { url(): string; method(): string }[]): string[] {
  const posts = requests.filter((request) => request.method() === "POST");
  return posts.map((request) => new URL(request.url()).pathname);
}
