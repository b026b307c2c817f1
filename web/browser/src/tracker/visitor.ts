/** Actions of a visitor of a tracked page, and queries for what they caused. */
import { test as base, expect, type Page } from "@playwright/test";
import type { Details, Tracker, TrackerError, TrackerOptions } from "@shopsignal/tracker";
import { query } from "../stack.js";
import { type Fault, openSite, type Site } from "./site.js";

declare global {
  interface Window {
    createTracker(options: TrackerOptions): Tracker;
    tracker: Tracker;
    token: string | null | undefined;
    errors: TrackerError[];
    settled: [id: string, status: string][];
  }
}

/** A test with its own site. */
export const test = base.extend<{ site: Site }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures that are needed from the pattern
  site: async ({}, use) => {
    const site = await openSite();
    await use(site);
    await site.close();
  },
});

/** The API cannot answer now. */
export const UNAVAILABLE: Fault = { kind: "status", status: 503 };

/** Fast, and without bounces; tests of bounces set `bounceMs`. */
const OPTIONS: TrackerOptions = { consent: "granted", batchMs: 100, bounceMs: 0 };

/** Opens the shop and begins to track. `window.token` is the token of who is signed in. */
export async function enter(page: Page, site: Site, options: TrackerOptions = {}, token?: string): Promise<void> {
  await page.goto(site.url);
  await begin(page, options, token);
}

/** Begins to track on the page that is open. */
export async function begin(page: Page, options: TrackerOptions = {}, token?: string): Promise<void> {
  await page.waitForFunction(() => window.createTracker);
  await page.evaluate(
    ([options, token]) => {
      window.token = token;
      window.errors = [];
      window.settled = [];
      window.tracker = window.createTracker({
        ...options,
        token: () => window.token,
        onError: (error) => window.errors.push(error),
        onSettled: (event, status) => window.settled.push([event.event_id, status]),
      });
    },
    [{ ...OPTIONS, ...options }, token] as const,
  );
}

/** Tracks an event and returns its id. */
export async function track(page: Page, type: string, details: Details): Promise<string> {
  const id = await page.evaluate(([type, details]) => window.tracker.track(type, details), [type, details] as const);
  expect(id, "the event is taken").toBeTruthy();
  return id as string;
}

/** Tracks views of several products. */
export async function trackViews(page: Page, products: string[]): Promise<string[]> {
  return page.evaluate((products) => products.map((product) => window.tracker.view({ product }) as string), products);
}

let count = 0;

/** A product that no other test names. It has few digits, so that it never looks like a card number. */
export function product(): string {
  count += 1;
  return `tracker-${Date.now().toString(36)}-${process.pid.toString(36)}-${count}`;
}

/** `length` products. */
export function products(length: number): string[] {
  return Array.from({ length }, product);
}

/** An interaction in the log. */
export interface Row {
  event_id: string;
  account_id: string | null;
  session_id: string | null;
  event_type: string;
  ref_id: string;
  metadata: Record<string, unknown>;
  occurred_at: Date;
  date_created: Date;
}

const ROWS = `SELECT event_id, account_id, session_id, event_type, ref_id, metadata, occurred_at, date_created
  FROM analytic.interaction WHERE event_id = ANY($1::uuid[]) ORDER BY id`;

/** The stored rows of events. */
export function rowsOf(ids: string[]): Promise<Row[]> {
  return query<Row>(ROWS, [ids]);
}

/** Waits until each event has exactly one row in the log, and returns the rows. */
export async function stored(ids: string[]): Promise<Row[]> {
  const storedIds = async () => (await rowsOf(ids)).map((row) => row.event_id).sort();
  await expect.poll(storedIds, { timeout: 30_000 }).toEqual([...ids].sort());
  return rowsOf(ids);
}

/** Waits until no unsent event is left in the storage. */
export async function expectNothingLeft(page: Page): Promise<void> {
  await expect.poll(() => unsent(page)).toEqual([]);
}

/** The keys of unsent events in the storage. */
export function unsent(page: Page): Promise<string[]> {
  return page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("shopsignal.event.")));
}

export { expect };
