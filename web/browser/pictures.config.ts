import { defineConfig } from "@playwright/test";
import tests from "./playwright.config.js";

/** `make pictures`: the same browser, but it takes the pictures of the README in place of testing. */
export default defineConfig(tests, {
  testDir: "pictures",
  use: { viewport: { width: 1280, height: 800 }, timezoneId: "UTC", locale: "en-GB" },
});
