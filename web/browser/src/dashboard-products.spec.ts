/** The pages Products and Recommendations in a real browser: they show what the API returns. */
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { bestSeller, simulateMonth, webUrl } from "./dashboard/month.js";
import { figures, loaded, open, record, signIn } from "./dashboard/visit.js";
import { query, rankProducts } from "./stack.js";

const POPULARITY = "/api/v1/analytic/popularity";
const LISTS = ["live", "trending", "rising", "1h", "24h", "7d", "30d"] as const;

test.use({ viewport: { width: 1280, height: 900 }, locale: "en-GB", timezoneId: "Europe/Berlin" });

test.beforeAll(async () => {
  test.setTimeout(240_000);
  await simulateMonth();
  await waitForRankLists();
});

/** Reads a public route. */
async function read(path: string, query: Record<string, string> = {}) {
  const response = await fetch(`${webUrl()}${path}?${new URLSearchParams(query)}`);
  expect(response.ok, `${path}: ${response.status}`).toBe(true);
  return response.json();
}

/**
 * Updates the rank lists until they have everything that was scored before.
 *
 * That a list has products is not enough: other suites use the same stack and leave lists of their own products.
 */
async function waitForRankLists(): Promise<void> {
  const scored = Date.now();
  const asOf = async () => {
    await rankProducts();
    return Date.parse((await read(`${POPULARITY}/top`, { rank: "30d", limit: "1" })).as_of);
  };
  await expect.poll(asOf, { timeout: 60_000, intervals: [1_000] }).toBeGreaterThan(scored);
}

/** The ids of the products in a table, from top to bottom. */
async function productsOf(page: Page, table: string): Promise<string[]> {
  const links = page.getByRole("table", { name: table, exact: true }).locator("td:nth-child(2) a.product");
  return links.evaluateAll((list) => list.map((link) => link.getAttribute("title") ?? ""));
}

/** The most trending product that others were seen with. Other suites leave products with a score and nothing else. */
async function mostTrending(): Promise<string> {
  const { data } = await read(`${POPULARITY}/top`, { rank: "trending", limit: "100" });
  for (const { id } of data) {
    const { items } = (await read(`/api/v1/analytic/recommendations/product/${id}`, { limit: "1" })).data;
    if (items[0]?.source === "similar") return id;
  }
  throw new Error("no product of the simulated month was seen with another");
}

test("every list shows what the API returns, in the same order", async ({ page }) => {
  await signIn(page, "admin", "products");
  for (const list of LISTS) {
    if (list !== "live") await open(page, `products?rank=${list}`);
    await loaded(page);
    const query = { limit: "25", ...(list === "live" ? {} : { rank: list }) };
    const caption = list === "live" ? "Products by score" : "Products by rank";
    // Events may move a list between the two reads.
    await expect(async () => {
      const ids = (await read(`${POPULARITY}/top`, query)).data.map((entry: { id: string }) => entry.id);
      expect(await productsOf(page, caption), list).toEqual(ids);
      expect(ids.length, list).toBeGreaterThan(0);
    }).toPass({ timeout: 40_000 });
  }
});

test("products are shown by the names of their events, read with one request", async ({ page }) => {
  const rows = await query<{ product_id: string; name: string }>(
    "SELECT product_id, name FROM analytic.product WHERE name IS NOT NULL",
  );
  const names = new Map(rows.map((row) => [row.product_id, row.name]));
  const seen = record(page);
  await signIn(page, "admin", "products?rank=30d");
  await loaded(page);
  const links = page.getByRole("table", { name: "Products by rank" }).locator("a.product[href*='/products/']");
  const shown = async () =>
    links.evaluateAll((list) =>
      list.map((link) => [link.getAttribute("title") ?? "", link.textContent ?? ""] as const),
    );
  await expect.poll(async () => (await shown()).filter(([id, text]) => text !== (names.get(id) ?? id))).toEqual([]);
  expect((await shown()).filter(([id, text]) => text !== id).length).toBeGreaterThan(4);
  expect(seen.requests.filter((url) => url.pathname === "/api/v1/analytic/products")).toHaveLength(1);

  await open(page, "recommendations");
  await page.getByLabel("Product id").fill(await mostTrending());
  await page.getByRole("button", { name: "Show", exact: true }).click();
  const first = page.getByRole("table", { name: "Recommendations" }).locator("a.product").first();
  const id = (await first.getAttribute("title")) ?? "";
  await expect(first).toHaveText(names.get(id) ?? id);
});

test("pages of a list have no product twice, and an outdated list is reported", async ({ page }) => {
  await signIn(page, "admin", "products?rank=30d");
  const seen: string[] = [];
  for (let number = 1; number <= 3; number++) {
    await expect(page.getByText(`Page ${number}`, { exact: true })).toBeVisible();
    await loaded(page);
    seen.push(...(await productsOf(page, "Products by rank")));
    if (number < 3) await page.getByRole("button", { name: "Next" }).click();
  }
  expect(seen).toHaveLength(75);
  expect(new Set(seen).size).toBe(75);
  await page.route("**/popularity/top?*cursor=*", (route) =>
    route.fulfill({ status: 410, json: { error: { http_status: 410, code: "cursor_expired", message: "too old" } } }),
  );
  await page.getByRole("button", { name: "Next" }).click();
  await expect(page.getByText("This list is out of date.")).toBeVisible();
  await page.getByRole("button", { name: "Back to the first page" }).click();
  // A newer list than before, so its order may be another.
  await expect(page.getByText("Page 1", { exact: true })).toBeVisible();
  await expect.poll(async () => (await productsOf(page, "Products by rank")).length).toBe(25);
});

test("a list is narrowed to a category by the form and by a link, and the address keeps it", async ({ page }) => {
  const [entry] = (await read(`${POPULARITY}/top`, { rank: "30d", limit: "1" })).data;
  await signIn(page, "admin", "products?rank=30d");
  await page.getByLabel("Category or seller id").fill(entry.category_id);
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await expect(page.getByRole("heading", { name: `Category ${entry.category_id}` })).toBeVisible();
  expect(new URL(page.url()).searchParams.get("category")).toBe(entry.category_id);
  const own = (await read(`${POPULARITY}/top`, { rank: "30d", limit: "25", category_id: entry.category_id })).data;
  await expect.poll(() => productsOf(page, "Products by rank")).toEqual(own.map((entry: { id: string }) => entry.id));
  await page.reload();
  await expect(page.getByRole("heading", { name: `Category ${entry.category_id}` })).toBeVisible();
  await page.getByRole("button", { name: "All products" }).click();
  await expect(page.getByRole("heading", { name: "All products" })).toBeVisible();
  const link = page.getByRole("table", { name: "Products by rank" }).getByTitle(entry.seller_id).first();
  await link.click();
  await expect(page.getByRole("heading", { name: "Products of the seller" })).toBeVisible();
});

test("a product's score is the API's, and the sum of the parts that explain it", async ({ page }) => {
  const id = await mostTrending();
  await signIn(page, "admin", `products/${id}`);
  await expect(async () => {
    const { data } = await read(`${POPULARITY}/${id}`);
    const shown = new Map((await figures(page)).map(({ figure, value }) => [figure, value]));
    expect(shown.get("score")).toBe(String(data.score));
    expect(shown.get("trending")).toBe(String(data.ranks.trending));
    expect(shown.get("24h")).toBe(String(data.ranks.points["24h"]));
    const points = page.getByRole("table", { name: "Parts of the score" }).locator("td:nth-child(4)");
    const sum = (await points.allTextContents()).reduce((total, text) => total + Number(text), 0);
    expect(sum).toBeCloseTo(data.score, 1);
  }).toPass({ timeout: 40_000 });
});

test("products of the same visits and recommendations are what the API returns", async ({ page }) => {
  const id = await mostTrending();
  await signIn(page, "admin", `products/${id}`);
  await loaded(page);
  const card = (title: string) => page.locator("section.card", { has: page.getByRole("heading", { name: title }) });
  for (const kind of ["viewed", "bought"]) {
    if (kind === "bought") await page.getByRole("button", { name: "Bought together" }).click();
    await expect(async () => {
      const { items } = (await read(`/api/v1/analytic/recommendations/product/${id}`, { kind, limit: "10" })).data;
      const names = items.map((item: { product_id: string }) => item.product_id);
      expect(await productsOf(page, "Recommendations")).toEqual(names);
      expect(names.length).toBeGreaterThan(0);
      const close = items.filter((item: { source: string }) => item.source === "similar").length;
      if (kind === "viewed") await expect(card("Seen in the same visits").locator("tbody tr")).toHaveCount(close);
    }).toPass({ timeout: 40_000 });
  }
});

test("an unknown product is reported, with what to do", async ({ page }) => {
  await signIn(page, "admin", "products/no-such-product");
  await expect(page.getByRole("alert").first()).toContainText("Check the address");
});

test("a seller's list has the seller's products, and calls no route of administrators", async ({ page }) => {
  const seen = record(page);
  const seller = await bestSeller();
  await signIn(page, "seller", "products?rank=30d", seller);
  const own = (await read(`${POPULARITY}/top`, { rank: "30d", limit: "25", seller_id: seller })).data;
  await expect.poll(() => productsOf(page, "Products by rank")).toEqual(own.map((entry: { id: string }) => entry.id));
  expect(own.length).toBeGreaterThan(0);
  const first = page.getByRole("table", { name: "Products by rank" }).locator("a.product").first();
  await expect(first).not.toHaveText(own[0].id);
  const nameOfFirst = (await first.textContent()) ?? "";
  await first.click();
  await expect(page.getByRole("heading", { name: nameOfFirst, level: 1, exact: true })).toBeVisible();
  await loaded(page);
  const asked = seen.requests.filter((url) => url.pathname.startsWith("/api/"));
  expect(asked.filter((url) => url.pathname.startsWith("/api/analytics/"))).toEqual([]);
  const sales = asked.filter((url) => url.pathname.includes("/sales/"));
  expect(sales.filter((url) => url.searchParams.has("seller_id"))).toEqual([]);
  const lists = asked.filter((url) => url.pathname === `${POPULARITY}/top`);
  expect(new Set(lists.map((url) => url.searchParams.get("seller_id")))).toEqual(new Set([seller]));
});

test("a click on a recommendation appears in the figures", async ({ page }) => {
  await signIn(page, "admin", "recommendations?range=7");
  const shown = async (figure: string) =>
    Number((await figures(page)).find((entry) => entry.figure === figure)?.value ?? Number.NaN);
  const before = { shown: await shown("impressions"), clicks: await shown("clicks") };
  const id = await mostTrending();
  const answer = (await read(`/api/v1/analytic/recommendations/product/${id}`, { limit: "5" })).data;
  const session_id = crypto.randomUUID();
  const event = (event_type: string, ref_id: string) => ({
    event_id: crypto.randomUUID(),
    event_type,
    ref_type: "Product",
    ref_id,
    session_id,
    metadata: { recommendation_id: answer.recommendation_id },
  });
  const ids: string[] = answer.items.map((item: { product_id: string }) => item.product_id);
  const interactions = ids.map((product) => event("product_impression", product));
  interactions.push(event("click_from_recommendation", ids[0] ?? ""));
  const sent = await page.request.post(`${webUrl()}/api/v1/analytic/guest/interaction`, { data: { interactions } });
  expect(sent.ok()).toBe(true);
  await expect.poll(() => shown("impressions"), { timeout: 40_000 }).toBe(before.shown + ids.length);
  await expect.poll(() => shown("clicks"), { timeout: 40_000 }).toBe(before.clicks + 1);
  expect(await shown("clickRate")).toBeCloseTo((before.clicks + 1) / (before.shown + ids.length), 6);
});

test("a preview is what the API recommends, and a visitor's session id stays out of the address", async ({ page }) => {
  const seen = record(page);
  const id = await mostTrending();
  await signIn(page, "admin", "recommendations");
  await page.getByLabel("Product id").fill(id);
  await page.getByRole("button", { name: "Show", exact: true }).click();
  const beside = async () =>
    (await read(`/api/v1/analytic/recommendations/product/${id}`, { limit: "10" })).data.items.map(
      (item: { product_id: string }) => item.product_id,
    );
  await expect(async () => expect(await productsOf(page, "Recommendations")).toEqual(await beside())).toPass();
  expect(new URL(page.url()).searchParams.get("product")).toBe(id);

  const session = crypto.randomUUID();
  const view = { event_type: "view", ref_type: "Product", ref_id: id, session_id: session };
  await page.request.post(`${webUrl()}/api/v1/analytic/guest/interaction`, { data: { interactions: [view] } });
  await page.getByRole("button", { name: "For a visit" }).click();
  await page.getByLabel("Session id of the visitor's events").fill(session);
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await expect(page.getByText("the visitor's events", { exact: true }).first()).toBeVisible();
  await expect(page.getByRole("table", { name: "Recommendations" })).toContainText("view of");
  const kept = await page.evaluate(() => JSON.stringify([location.href, history.state, { ...sessionStorage }]));
  expect(kept).not.toContain(session);
  const pages = seen.requests.filter((url) => url.pathname.startsWith("/dashboard/"));
  expect(pages.map(String).join()).not.toContain(session);
});

/** The rules in force for a product, from the database. */
async function rulesOf(product: string): Promise<string[]> {
  const rows = await query<{ rule: string }>(
    `SELECT concat_ws(' ', action, factor, placement, reason) AS rule FROM analytic.merchandising_rule
     WHERE target_id = '${product}' AND date_removed IS NULL ORDER BY id`,
  );
  return rows.map(({ rule }) => rule);
}

test("a rule is added with the keyboard, and what the API refuses is shown at its field", async ({ page }) => {
  const product = `rule-${crypto.randomUUID()}`;
  const violations = async () => (await new AxeBuilder({ page }).analyze()).violations.map((violation) => violation.id);
  await signIn(page, "admin", "recommendations");
  await loaded(page);
  await page.getByText("Add a rule", { exact: true }).focus();
  await page.keyboard.press("Enter");
  const form = page.getByRole("form", { name: "Add a rule" });
  await form.getByLabel("Rule").selectOption("boost");
  await form.getByLabel("Id of the product").fill(product);
  await form.getByLabel("Where").selectOption("cart");
  await form.getByLabel("Why").fill("spring sale");
  const factor = form.getByLabel("Factor");
  await factor.fill("0.5");
  await page.keyboard.press("Enter");
  await expect(form.getByRole("alert")).toContainText("must be above 1");
  await expect(factor).toBeFocused();
  await expect(factor).toHaveAttribute("aria-invalid", "true");
  await expect(factor).toHaveAccessibleDescription(/must be above 1/);
  expect(await violations()).toEqual([]);
  expect(await rulesOf(product)).toEqual([]);

  await factor.fill("1.5");
  await page.keyboard.press("Enter");
  await expect(page.getByText("The rule was added.")).toBeVisible();
  await expect(form.getByLabel("Id of the product")).toHaveValue("");
  expect(await rulesOf(product)).toEqual(["boost 1.5 cart spring sale"]);
  await expect(page.getByRole("table", { name: "Rules of the shop" })).toContainText(product);

  // The same again concerns no single field.
  await form.getByLabel("Id of the product").fill(product);
  await factor.fill("1.5");
  await form.getByLabel("Where").selectOption("cart");
  await form.getByLabel("Why").fill("once more");
  await form.getByRole("button", { name: "Add the rule" }).click();
  await expect(form.getByRole("alert")).toContainText("remove it first");
  expect(await rulesOf(product)).toHaveLength(1);
});

test("a rule is removed only after a question, and by whoever is first", async ({ page }) => {
  const product = `rule-${crypto.randomUUID()}`;
  await page.clock.install();
  const seen = record(page);
  await signIn(page, "admin", "recommendations");
  await loaded(page);
  const headers = { authorization: `Bearer ${seen.tokens[0]}` };
  const url = `${webUrl()}/api/v1/analytic/recommendations/rules`;
  const rule = { action: "exclude", target: "product", target_id: product, reason: "recalled" };
  const added = await page.request.post(url, { headers, data: rule });
  expect(added.status()).toBe(201);
  const { id } = (await added.json()).data;
  await page.clock.fastForward(10_000);

  const button = page.getByRole("button", { name: `Remove this rule: Never show, product ${product}` });
  await button.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Remove this rule?" });
  await expect(dialog).toContainText(product);
  await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
  expect((await new AxeBuilder({ page }).analyze()).violations.map((violation) => violation.id)).toEqual([]);
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect(button).toBeFocused();
  expect(await rulesOf(product)).toHaveLength(1);

  await page.route(`**/rules/${id}`, (route) =>
    route.fulfill({ status: 503, json: { error: { http_status: 503, code: "unavailable", message: "no database" } } }),
  );
  await button.click();
  await dialog.getByRole("button", { name: "Remove the rule" }).click();
  await expect(dialog.getByRole("alert")).toContainText("no database");
  await page.unroute(`**/rules/${id}`);
  // Somebody else removes it meanwhile.
  expect((await page.request.delete(`${url}/${id}`, { headers })).status()).toBe(204);
  await dialog.getByRole("button", { name: "Remove the rule" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByText(`Removed: Never show, product ${product}.`)).toBeFocused();
  await expect(button).toHaveCount(0);
  expect(await rulesOf(product)).toEqual([]);
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`a product's page is accessible and logs nothing, with every chart as a table (${colorScheme})`, async ({
    page,
  }) => {
    test.setTimeout(120_000);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const seen = record(page);
    await signIn(page, "admin", `products/${await mostTrending()}?range=48h&history=events`);
    await loaded(page);
    const axe = async () => (await new AxeBuilder({ page }).analyze()).violations.map((violation) => violation.id);
    expect(await axe()).toEqual([]);
    const switches = page.getByRole("button", { name: "Show as table" });
    for (let left = await switches.count(); left > 0; left--) {
      await switches.first().click();
      await expect(switches).toHaveCount(left - 1);
    }
    await expect(page.getByRole("table", { name: "Events over time" }).getByRole("row").nth(1)).toBeVisible();
    expect(await axe()).toEqual([]);
    expect(seen.console).toEqual([]);
  });
}
