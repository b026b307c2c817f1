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
  // Another visitor, so that products were viewed together.
  const other = await (await page.context().browser()?.newContext())?.newPage();
  for (const visitor of other === undefined ? [page] : [other, page]) {
    await visitor.goto(`${stack().web_url}/shop/product/lund-mug`);
    await visitor.getByRole("button", { name: "Yes, please" }).click();
    for (const product of ["vik-kettle", "karst-pour-over", "oda-grinder", "lund-mug"]) {
      await visitor.goto(`${stack().web_url}/shop/product/${product}`);
      await visitor.getByRole("heading", { level: 1 }).waitFor();
      // A shorter look would be a bounce.
      await visitor.waitForTimeout(4_000);
    }
  }
  await page.reload();
  await page.getByRole("heading", { level: 1 }).waitFor();
  await take(page, "shop");
});
