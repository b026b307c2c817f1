/** The pages Orders and Flow in a real browser: the orders behind the figures, and what happens to events. */
import { readFileSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { bestSeller, simulateMonth, webUrl } from "./dashboard/month.js";
import { figures, loaded, open, record, signIn } from "./dashboard/visit.js";
import { query } from "./stack.js";

test.use({ viewport: { width: 1280, height: 900 }, locale: "en-GB", timezoneId: "Europe/Berlin" });

test.beforeAll(async () => {
  test.setTimeout(240_000);
  await simulateMonth();
});

/** The ids of the orders in the table. */
async function ordersOf(page: Page): Promise<string[]> {
  const ids = page.getByRole("table", { name: "Orders" }).locator("tbody .order-id");
  return ids.evaluateAll((list) => list.map((id) => id.getAttribute("title") ?? ""));
}

/** Goes through all pages of the list; calls `visit` on each. */
async function forEachPage(page: Page, visit: () => Promise<void>): Promise<void> {
  for (let number = 1; number <= 40; number++) {
    if (number > 1) await expect(page.getByText(`Page ${number}`, { exact: true })).toBeVisible();
    await loaded(page);
    await visit();
    const next = page.getByRole("button", { name: "Next" });
    if ((await next.count()) === 0 || (await next.isDisabled())) return;
    await next.click();
  }
  throw new Error("the list does not end");
}

test("the orders behind a figure are as many as it says, and add up to it", async ({ page }) => {
  test.setTimeout(120_000);
  await signIn(page, "admin", "orders");
  const value = async (id: string) => (await figures(page)).find((shown) => shown.figure === id)?.value ?? "";
  const paid = Number(await value("ordersPaid"));
  const gross = Number(await value("grossRevenue"));
  const ids: string[] = [];
  let minor = 0;
  await forEachPage(page, async () => {
    ids.push(...(await ordersOf(page)));
    const amounts = await page.getByRole("table", { name: "Orders" }).locator("td:nth-child(6)").allTextContents();
    minor += amounts.reduce((sum, text) => sum + Number(text.replace(/[^0-9-]/g, "")), 0);
  });
  expect(paid).toBeGreaterThan(50);
  expect(ids).toHaveLength(paid);
  expect(new Set(ids).size).toBe(paid);
  expect(minor).toBe(gross);
});

test("a figure leads to its orders, and the number is the same there", async ({ page }) => {
  await signIn(page, "admin");
  await loaded(page);
  const today = (await figures(page)).find((shown) => shown.figure === "revenue");
  await page.locator('[data-figure="revenue"] a').first().click();
  await expect(page.getByRole("heading", { name: "Orders", level: 1 })).toBeVisible();
  const there = (await figures(page)).find((shown) => shown.figure === "revenue");
  expect(there).toEqual(today);
});

test("the numbers of orders placed today and of orders in a status lead to as many orders", async ({ page }) => {
  await signIn(page, "admin");
  const placed = (await figures(page)).find((shown) => shown.figure === "ordersPlaced");
  await page.locator('[data-figure="ordersPlaced"] a').click();
  await expect(page.getByRole("heading", { name: "Orders placed in this period" })).toBeVisible();
  const today: string[] = [];
  await forEachPage(page, async () => void today.push(...(await ordersOf(page))));
  // Just after midnight there may be none.
  expect(String(today.length)).toBe(placed?.value);

  await open(page);
  await loaded(page);
  const row = page.getByRole("table", { name: "Orders by status" }).getByRole("row", { name: /Returned/ });
  const count = Number(await row.getByRole("cell").nth(1).textContent());
  await row.getByRole("link").click();
  await expect(page.getByLabel("Current status")).toHaveValue("returned");
  const returned: string[] = [];
  await forEachPage(page, async () => void returned.push(...(await ordersOf(page))));
  expect(returned).toHaveLength(count);
  expect(count).toBeGreaterThan(0);
});

test("an administrator reaches a seller's orders, as the seller sees them", async ({ page }) => {
  const seller = await bestSeller();
  await signIn(page, "admin", `seller/${seller}`);
  await loaded(page);
  const figure = (await figures(page)).find((shown) => shown.figure === "sellerOrders");
  await page.locator('[data-figure="sellerOrders"] a').first().click();
  await expect(page.getByRole("button", { name: "All sellers" })).toBeVisible();
  expect((await figures(page)).find((shown) => shown.figure === "sellerOrders")).toEqual(figure);
  await expect(page.getByRole("columnheader", { name: "Method" })).toHaveCount(0);
});

test("a status and all currencies are chosen, and the address keeps the choice", async ({ page }) => {
  await signIn(page, "admin", "orders");
  await page.getByLabel("Current status").selectOption("delivered");
  await page.getByLabel("Orders in", { exact: true }).selectOption("all");
  const statuses = page.getByRole("table", { name: "Orders" }).locator("td .badge");
  await expect(async () => {
    const shown = new Set(await statuses.allTextContents());
    expect([...shown]).toEqual(["delivered"]);
    expect(await page.locator("[data-figure]").count()).toBe(0);
  }).toPass();
  await page.reload();
  await expect(page.getByLabel("Current status")).toHaveValue("delivered");
  await expect(page.getByRole("columnheader", { name: "Currency" })).toBeVisible();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save as CSV" }).click(),
  ]);
  const [header, first] = readFileSync(await download.path(), "utf8").split("\r\n");
  expect(header).toBe("\ufeffPlaced at,Paid at,Order,Status,Total,Paid,Refunds,Method,Currency,Items");
  expect(first).toMatch(/,delivered,\d+(\.\d+)?,\d+(\.\d+)?,\d+(\.\d+)?,[a-z_]*,[A-Z]{3},/);
});

test("a seller sees only their own lines of orders, and no amounts of whole orders", async ({ page }) => {
  test.setTimeout(120_000);
  const seen = record(page);
  const seller = await bestSeller();
  await signIn(page, "seller", "orders", seller);
  await loaded(page);
  const own = await query<{ product_id: string }>("SELECT product_id FROM analytic.product WHERE seller_id = $1", [
    seller,
  ]);
  const ids = new Set(own.map((row) => row.product_id));
  const orders: string[] = [];
  await forEachPage(page, async () => {
    orders.push(...(await ordersOf(page)));
    const products = page.getByRole("table", { name: "Orders" }).locator("td a.product");
    const titles = await products.evaluateAll((list) => list.map((link) => link.getAttribute("title") ?? ""));
    expect(titles.filter((id) => !ids.has(id))).toEqual([]);
  });
  expect(String(orders.length)).toBe((await figures(page)).find((shown) => shown.figure === "sellerOrders")?.value);
  expect(orders.length).toBeGreaterThan(0);
  for (const title of ["Paid", "Refunds", "Method"])
    await expect(page.getByRole("columnheader", { name: title, exact: true })).toHaveCount(0);
  const asked = seen.requests.filter((url) => url.pathname.startsWith("/api/"));
  expect(asked.filter((url) => url.searchParams.has("seller_id"))).toEqual([]);
  expect(asked.filter((url) => url.pathname.startsWith("/api/analytics/"))).toEqual([]);
});

test("an event is found by its id: stored, applied, and what it adds", async ({ page }) => {
  const [product] = await query<{ product_id: string }>("SELECT product_id FROM analytic.product LIMIT 1");
  const event_id = crypto.randomUUID();
  const view = { event_id, event_type: "view", ref_type: "Product", ref_id: product?.product_id ?? "" };
  const interactions = [{ ...view, session_id: crypto.randomUUID() }];
  const sent = await page.request.post(`${webUrl()}/api/v1/analytic/guest/interaction`, { data: { interactions } });
  expect(sent.ok()).toBe(true);
  await signIn(page, "admin", "flow");
  await page.getByLabel("Event id, as the sender set it").fill(event_id);
  await page.getByRole("button", { name: "Find" }).click();
  await expect(page.getByText("Popularity: applied")).toBeVisible({ timeout: 40_000 });
  await expect(page.locator(".steps")).toContainText(`It adds 0.30 points to ${product?.product_id}.`);
  expect(page.url()).toContain(`/dashboard/flow/${event_id}`);
  await page.reload();
  await expect(page.getByText("Popularity: applied")).toBeVisible();

  await page.getByLabel("Event id, as the sender set it").fill(crypto.randomUUID());
  await page.getByRole("button", { name: "Find" }).click();
  await expect(page.getByText("No event has this id.")).toBeVisible();
});

/** Rows of what operators look for: a parked event, lost events, and an excluded actor. */
interface PlantedRows {
  event: { id: string; event_id: string };
  actor: string;
}

async function rowsToPlant(): Promise<PlantedRows> {
  const [event] = await query<PlantedRows["event"]>(
    `SELECT id, event_id FROM analytic.interaction i WHERE event_type = 'view'
       AND NOT EXISTS (SELECT FROM analytic.pending WHERE interaction_id = i.id) ORDER BY id LIMIT 1`,
  );
  if (event === undefined) throw new Error("the simulated month has no view");
  return { event, actor: crypto.randomUUID() };
}

async function insertRows({ event, actor }: PlantedRows): Promise<void> {
  await query(
    `INSERT INTO analytic.pending (sink, interaction_id, date_created, parked_at, parked_reason, next_hint_at, hints,
       event_type, occurred_at, learned, bot)
     SELECT 'catalog', id, date_created, now(), 'catalog_refused_404', now() + interval '1 day', 3, event_type, occurred_at, true, false
     FROM analytic.interaction WHERE id = $1`,
    [event.id],
  );
  await query("INSERT INTO analytic.conservation VALUES (now() + interval '1 hour', 1000, 990, 5, 2)");
  await query(
    `INSERT INTO analytic.exclusion (actor, kind, since, reason, excluded_by, date_created)
     VALUES ($1, 'session', '-infinity', 'a test', 'test', now())`,
    [actor],
  );
}

async function deleteRows({ event, actor }: PlantedRows): Promise<void> {
  await query("DELETE FROM analytic.pending WHERE interaction_id = $1", [event.id]);
  await query("DELETE FROM analytic.conservation WHERE measured_at > now()");
  await query("DELETE FROM analytic.exclusion WHERE actor = $1", [actor]);
}

test("the messages of every dead-letter queue are counted, and unknown when SQS does not answer", async ({ page }) => {
  await page.route("**/api/analytics/flow", async (route) => {
    const response = await route.fetch();
    const flow = await response.json();
    // The stack's own queues have answered; one of them gets late.
    expect(flow.deadLetters.map(({ messages }: { messages: unknown }) => typeof messages)).toEqual(
      Array(5).fill("number"),
    );
    flow.deadLetters[0].messages = null;
    flow.deadLetters[1].messages = 1_234;
    await route.fulfill({ response, json: flow });
  });
  await signIn(page, "admin", "flow");
  const rows = page.getByRole("table", { name: "Dead-letter queues" }).locator("tbody tr");
  await expect(rows).toHaveCount(5);
  await expect(rows.nth(0)).toHaveText("popularityunknown");
  await expect(rows.nth(1)).toHaveText("catalog1,234");
  await expect(rows.nth(3)).toContainText(/^order-events\d+$/);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map((violation) => violation.id)).toEqual([]);
});

test("parked events, lost events and excluded actors are shown, with reasons and links", async ({ page }) => {
  const planted = await rowsToPlant();
  try {
    await insertRows(planted);
    await signIn(page, "admin", "flow");
    await expect(page.getByRole("table", { name: "Parked, by reason" })).toContainText("Catalog refused 404");
    await expect(page.getByText("3 events are missing.")).toBeVisible();
    await expect(page.getByRole("table", { name: "Excluded actors" })).toContainText(planted.actor);
    const parked = (await figures(page)).find((shown) => shown.figure === "parked" && shown.scope === "catalog");
    expect(Number(parked?.value)).toBeGreaterThan(0);
    await open(page, `flow/${planted.event.event_id}`);
    await expect(page.getByText("Catalog: parked")).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map((violation) => violation.id)).toEqual([]);
  } finally {
    await deleteRows(planted);
  }
});
