/** Helpers to use the dashboard, and to record what its pages do. */
import { expect, type Page } from "@playwright/test";
import { webUrl } from "./month.js";

/** The roles of the local issuer's page. */
export type Role = "admin" | "seller" | "shopper";

/** What a page did: messages in its console (also those of a blocked request), requests, and the tokens it received. */
export interface Recording {
  console: string[];
  requests: URL[];
  tokens: string[];
}

/** Records what `page` does from now on. */
export function record(page: Page): Recording {
  const seen: Recording = { console: [], requests: [], tokens: [] };
  page.on("console", (message) => seen.console.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => seen.console.push(`error: ${error.message}`));
  page.on("request", (request) => seen.requests.push(new URL(request.url())));
  page.on("response", async (response) => {
    if (!response.url().endsWith("/token")) return;
    const body = await response.json().catch(() => ({}));
    for (const name of ["access_token", "id_token", "refresh_token"])
      if (body[name] !== undefined) seen.tokens.push(body[name]);
  });
  return seen;
}

/** Opens a path of the dashboard. */
export async function open(page: Page, path = ""): Promise<void> {
  await page.goto(`${webUrl()}/dashboard/${path}`);
}

/** Signs in with the button of the dashboard and the page of the issuer. */
export async function signIn(page: Page, role: Role, path = "", account?: string): Promise<void> {
  await open(page, path);
  await page.getByRole("button", { name: "Sign in" }).click();
  if (account === undefined) await page.getByRole("link", { name: role }).click();
  else {
    await page.getByRole("textbox").fill(account);
    await page.getByRole("button", { name: "Sign in" }).click();
  }
  await expect(
    page.getByRole("button", { name: "Sign out" }).or(page.getByRole("button", { name: "Menu" })),
  ).toBeVisible();
}

/** Waits until the page has loaded. */
export async function loaded(page: Page): Promise<void> {
  await expect(page.locator("#content h1").first()).toBeVisible();
  await expect(page.locator(".placeholder")).toHaveCount(0);
}

/** A figure as a page shows it. */
export interface Shown {
  figure: string;
  scope: string;
  value: string | null;
}

/** The figures of a page. */
export async function figures(page: Page): Promise<Shown[]> {
  await loaded(page);
  return page.locator("[data-figure]").evaluateAll((elements) =>
    elements.map((element) => ({
      figure: element.getAttribute("data-figure") ?? "",
      scope: element.getAttribute("data-scope") ?? "",
      value: element.getAttribute("data-value"),
    })),
  );
}

/** The paths in the navigation, even if its menu is closed. */
export async function paths(page: Page): Promise<string[]> {
  const links = page.locator("nav[aria-label='Pages of the dashboard'] a");
  await expect(links.first()).toBeAttached();
  const hrefs = await links.evaluateAll((list) => list.map((link) => link.getAttribute("href") ?? ""));
  return hrefs.map((href) => href.replace("/dashboard/", ""));
}
