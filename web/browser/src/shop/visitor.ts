/** Actions of a visitor of the demo shop, and queries for what they caused. */
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { test as base, expect, type Page, type Request } from "@playwright/test";
import { query, rankProducts, stack, stackName } from "../stack.js";

const ROOT = resolve(import.meta.dirname, "../../../..");
const API = "/api/v1/analytic";

/** What happened in the browser during a test. */
export interface Watched {
  requests: Request[];
  /** What the page reported: errors in the console, exceptions, violations of the policy. */
  problems: string[];
  /** Reports that a test expects, such as that of a failed request. */
  expected: RegExp[];
}

/** A test whose page must not report any problem. */
export const test = base.extend<{ watched: Watched }>({
  watched: [
    async ({ page }, use) => {
      const watched: Watched = { requests: [], problems: [], expected: [] };
      page.on("request", (request) => watched.requests.push(request));
      page.on("pageerror", (error) => watched.problems.push(error.message));
      page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) watched.problems.push(message.text());
      });
      await use(watched);
      const unexpected = watched.problems.filter((text) => !watched.expected.some((known) => known.test(text)));
      expect(unexpected, "what the page reported").toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** The address of a page of the shop. */
export function shop(path = "/"): string {
  return `${stack().web_url}/shop${path}`;
}

/** Opens a page as a visitor who agreed to be counted. */
export async function enter(page: Page, path = "/"): Promise<void> {
  await page.goto(shop(path));
  await page.getByRole("button", { name: "Yes, please" }).click();
}

/** Opens a product by following the links of the shop. */
export async function open(page: Page, category: string, name: string): Promise<void> {
  await page.getByRole("navigation", { name: "Categories" }).getByRole("link", { name: category }).click();
  await page.locator(".grid").getByRole("link", { name }).click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
}

/** Runs a command of the local stack that the tests use. */
async function local(...args: string[]): Promise<string> {
  const run = promisify(execFile);
  const command = ["--stack", stackName(), ...args];
  const { stdout } = await run(resolve(ROOT, "target/local/local-stack"), command, { cwd: ROOT });
  return stdout.trim();
}

/** Announces the products, has other visitors view some of them together, and waits until they are recommended. */
export async function openShop(together: string[]): Promise<void> {
  await local("announce");
  for (let visitor = 0; visitor < 3; visitor++) await browse(`shop-test-${randomUUID()}`, together);
  const beside = async () => {
    await rankProducts();
    return recommendedBeside(together[0] ?? "");
  };
  await expect.poll(beside, { timeout: 60_000, intervals: [1000] }).toContain(together[1]);
}

async function browse(session_id: string, products: string[]): Promise<void> {
  const interactions = products.map((ref_id) => ({ event_type: "view", ref_type: "Product", ref_id, session_id }));
  await send(`${API}/guest/interaction`, { interactions });
}

async function recommendedBeside(product: string): Promise<string[]> {
  const { data } = await read(`${API}/recommendations/product/${product}`);
  return data.items.map((item: { product_id: string }) => item.product_id);
}

/** How often a product was viewed, according to the public API. */
export async function viewsOf(product: string): Promise<number> {
  const { data } = await read(`${API}/popularity?ids=${product}`);
  return data.products[0]?.popularity.view_count ?? 0;
}

/** The shop's revenue in euro cents, from the route that the dashboard reads. */
export async function revenue(token: string): Promise<number> {
  const totals = await read("/api/analytics/dashboard", token);
  const rows: { currency: string; amountMinor: number }[] = totals.revenueByCurrency;
  return rows.find(({ currency }) => currency === "EUR")?.amountMinor ?? 0;
}

/** The token of an admin. */
export function adminToken(): Promise<string> {
  return local("token", "admin");
}

/** Sends a body to a route of the site. */
export async function send(path: string, body: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${stack().web_url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

// biome-ignore lint/suspicious/noExplicitAny: each caller knows its route
async function read(path: string, token?: string): Promise<any> {
  const answer = await fetch(
    `${stack().web_url}${path}`,
    token ? { headers: { authorization: `Bearer ${token}` } } : {},
  );
  expect(answer.status, path).toBe(200);
  return answer.json();
}

/** An interaction as it is stored. */
export interface Stored {
  event_type: string;
  ref_id: string;
  account_id: string | null;
  metadata: { recommendation_id?: string } | null;
}

/** The stored interactions of a session. */
export function storedOf(session: string): Promise<Stored[]> {
  const columns = "event_type, ref_id, account_id::text, metadata";
  return query<Stored>(`select ${columns} from analytic.interaction where session_id = $1 order by id`, [session]);
}

/** The session id that the tracker of the page uses. */
export async function sessionOf(page: Page): Promise<string> {
  const visit = await page.evaluate(() => localStorage.getItem("shopsignal.visit"));
  return JSON.parse(visit ?? "[]")[0];
}
