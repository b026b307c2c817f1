/** A simulated month of a shop, which the dashboard's tests look at. */
import { execFileSync } from "node:child_process";
import { basename, dirname, resolve } from "node:path";
import { query, stack } from "../stack.js";

const ROOT = resolve(import.meta.dirname, "../../../..");

/** Orders that the month has at least. */
const ORDERS = 300;

/** How long the projection of the last orders may take. */
const PATIENCE_MS = 60_000;

/** Simulates a month of orders and shoppers, unless the stack has one; returns when all of it is applied. */
export async function simulateMonth(): Promise<void> {
  if ((await orders()) < ORDERS) {
    const name = basename(dirname(process.env["SHOPSIGNAL_STACK_FILE"] ?? ""));
    const command = ["--stack", name, "simulate", "--orders", String(ORDERS), "--days", "30", "--interactions", "1000"];
    execFileSync(resolve(ROOT, "target/local/local-stack"), command, { cwd: ROOT, stdio: "ignore", timeout: 120_000 });
  }
  await settled();
}

async function orders(): Promise<number> {
  const [row] = await query<{ count: string }>("SELECT count(*) FROM analytic.sales_order");
  return Number(row?.count);
}

/** Waits until two looks at what is logged and what is waiting see the same. */
async function settled(): Promise<void> {
  const look = async () =>
    JSON.stringify(
      await query(
        "SELECT (SELECT count(*) FROM analytic.shop_event), (SELECT count(*) FROM analytic.pending WHERE parked_at IS NULL)",
      ),
    );
  let before = "";
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await new Promise((done) => setTimeout(done, 2_000))) {
    const now = await look();
    if (now === before) return;
    before = now;
  }
  throw new Error("the simulated month is still being applied");
}

/** The seller with the most lines in paid orders, whose id is an account. */
export async function bestSeller(): Promise<string> {
  const [row] = await query<{ seller_id: string }>(
    "SELECT seller_id FROM analytic.product WHERE seller_id ~ '^[0-9a-f-]{36}$' GROUP BY seller_id ORDER BY count(*) DESC, seller_id LIMIT 1",
  );
  if (row === undefined) throw new Error("the simulated month has no seller");
  return row.seller_id;
}

/** Where the pages are. */
export function webUrl(): string {
  const url = stack().web_url;
  if (url === undefined) throw new Error("the stack has no web server");
  return url;
}
