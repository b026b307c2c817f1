import { defineConfig } from "@playwright/test";
import tests from "./playwright.config.js";

/** `make pictures`: takes the pictures of the README with the browser of the tests. */
export default defineConfig(tests, {
  testDir: "pictures",
  use: { viewport: { width: 1280, height: 800 }, timezoneId: "UTC", locale: "en-GB" },
});
