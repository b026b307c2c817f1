import { defineConfig } from "@playwright/test";
import { CHROMIUM_ARGS, chromiumPath } from "./src/chromium.js";

export default defineConfig({
  testDir: "src",
  outputDir: "test-results",
  reporter: [["list"]],
  // One browser at a time: the machine also runs the stack.
  workers: 1,
  retries: 0,
  timeout: 60_000,
  globalTimeout: 15 * 60_000,
  expect: { timeout: 20_000 },
  use: {
    launchOptions: { executablePath: await chromiumPath(), args: CHROMIUM_ARGS },
    // A user agent of a visitor: the API treats HeadlessChrome as a bot, whose events do not count.
    userAgent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36",
    actionTimeout: 15_000,
    navigationTimeout: 15_000,
  },
});
