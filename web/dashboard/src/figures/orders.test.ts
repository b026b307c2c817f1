import { expect, test } from "vitest";
import { Client } from "../api/client";
import { type Order, type OrdersRequest, PAGE_SIZE, readOrders, statusOf } from "./orders";

const REQUEST: OrdersRequest = {
  start: "2026-11-01T00:00:00Z",
  end: "2026-12-01T00:00:00Z",
  by: "paid",
  status: "returned",
  currency: "EUR",
  seller_id: undefined,
};

/** A client whose API has the given pages, by cursor. */
class Pages extends Client {
  cursors: (string | undefined)[] = [];

  constructor(private readonly pages: { orders: number; next: string | null }[]) {
    super({ token: async () => undefined, refused: () => undefined });
  }

  override async call(_: string, url: string): Promise<unknown> {
    const cursor = new URL(url, "http://shop").searchParams.get("cursor") ?? undefined;
    this.cursors.push(cursor);
    const page = this.pages[cursor === undefined ? 0 : Number(cursor)];
    const data = Array.from({ length: page?.orders ?? 0 }, () => ({}) as Order);
    return { data, pagination: { next_cursor: page?.next ?? null } };
  }
}

const read = (api: Client, cursor?: string) => readOrders(api, REQUEST, cursor, new AbortController().signal);

test("short and empty pages are joined until a page is full or the list ends", async () => {
  const api = new Pages([
    { orders: 0, next: "1" },
    { orders: 3, next: "2" },
    { orders: 2, next: null },
  ]);
  const page = await read(api);
  expect(page.orders).toHaveLength(5);
  expect(page.next).toBeUndefined();
  expect(api.cursors).toEqual([undefined, "1", "2"]);
});

test("a full page ends the reading and returns the next cursor", async () => {
  const api = new Pages([{ orders: PAGE_SIZE, next: "1" }]);
  expect((await read(api)).next).toBe("1");
  expect(api.cursors).toHaveLength(1);
});

test("the reading is bounded where nothing matches", async () => {
  const api = new Pages([{ orders: 0, next: "0" }]);
  const page = await read(api);
  expect(page).toEqual({ orders: [], next: "0" });
  expect(api.cursors.length).toBeLessThan(20);
});

test("statuses are those of the API, however they are written", () => {
  expect(statusOf("DELIVERED")).toBe("delivered");
  expect(statusOf("")).toBeUndefined();
  expect(statusOf("gone")).toBeUndefined();
});
