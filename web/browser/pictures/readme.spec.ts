/** Takes the pictures of the README from what `make demo` left in the local stack. */
import { resolve } from "node:path";
import { type Page, test } from "@playwright/test";
import { loaded, open, signIn } from "../src/dashboard/visit.js";
import { stack } from "../src/stack.js";

const FOLDER = resolve(import.meta.dirname, "../../../docs/pictures");

/** Saves a screenshot of the window once the network is idle. */
async function take(page: Page, name: string) {
  await page.waitForLoadState("networkidle");
  await page.screenshot({ path: `${FOLDER}/${name}.png`, animations: "disabled", caret: "hide" });
}

test("the dashboard", async ({ page }) => {
  await signIn(page, "admin");
  await loaded(page);
  await take(page, "dashboard");
});

test("the dashboard in dark colours", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await signIn(page, "admin");
  await open(page, "products");
  await loaded(page);
  await take(page, "products");
});

test("the shop", async ({ page }) => {
  await page.goto(`${stack().web_url}/shop/`);
  await page.getByRole("heading").first().waitFor();
  await take(page, "shop");
});
