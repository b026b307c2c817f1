/** Everything at once: three tabs, a network that fails at random, pages that reload, close and crash. */
import type { BrowserContext, Page } from "@playwright/test";
import type { Fault, Site } from "./tracker/site.js";
import {
  enter,
  expect,
  expectNothingLeft,
  products,
  rowsOf,
  stored,
  test,
  trackViews,
  UNAVAILABLE,
} from "./tracker/visitor.js";

const STEPS = 40;
const FAULTS: Fault[] = [
  { kind: "request lost" },
  { kind: "answer lost" },
  UNAVAILABLE,
  { kind: "status", status: 200, body: "<html>Please sign in</html>" },
];

test("whatever happens, every event is stored once", async ({ site, context }) => {
  const seed = Date.now() % 100_000;
  test.info().annotations.push({ type: "seed", description: String(seed) });
  const random = randomOf(seed);
  const tabs = [await open(context, site), await open(context, site), await open(context, site)];
  const ids: string[] = [];
  for (let step = 0; step < STEPS; step++) {
    if (random(2) === 0) site.faults.push(FAULTS[random(FAULTS.length)] as Fault);
    const index = random(tabs.length);
    const tab = tabs[index] as Page;
    ids.push(...(await trackViews(tab, products(1 + random(6)))));
    const what = random(8);
    if (what === 0) await enter(tab, site);
    if (what === 1) await tab.close();
    if (what === 2) await crash(context, tab);
    if (what === 1 || what === 2) tabs[index] = await open(context, site);
    if (what === 3) await context.setOffline(true);
    if (what === 4) await tab.waitForTimeout(random(400));
    await context.setOffline(false);
  }
  site.faults = [];
  await Promise.all(tabs.map((tab) => tab.close()));
  const last = await open(context, site);
  const rows = await stored(ids);
  await expectNothingLeft(last);
  expect(rows).toHaveLength(ids.length);
  expect(new Set(rows.map((row) => row.session_id)).size).toBe(1);
  expect((await rowsOf(ids)).length).toBe(ids.length);
  console.log(`seed ${seed}: ${ids.length} events in ${site.seen.length} requests, each stored once`);
});

async function open(context: BrowserContext, site: Site): Promise<Page> {
  const tab = await context.newPage();
  await enter(tab, site);
  return tab;
}

/** Kills the renderer of a tab, so that the page gets no event. */
async function crash(context: BrowserContext, tab: Page): Promise<void> {
  const session = await context.newCDPSession(tab);
  const crashed = tab.waitForEvent("crash");
  session.send("Page.crash").catch(() => undefined);
  await crashed;
  await tab.close();
}

/** Numbers below a limit (mulberry32); the same for the same seed. */
function randomOf(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) % limit;
  };
}
