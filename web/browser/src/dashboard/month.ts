/** A simulated month of a shop, for the tests of the dashboard. */
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { query, stack, stackName } from "../stack.js";

const ROOT = resolve(import.meta.dirname, "../../../..");

/** How many orders to simulate, and how many paid ones in EUR are enough for the tests. */
const ORDERS = 300;
const PAID = 150;

/** The paid orders of the last month by seller, for sellers with an account. */
const PAID_ORDERS = `
  SELECT line.seller_id, count(DISTINCT line.order_id) AS orders
  FROM analytic.sales_order JOIN analytic.order_line AS line USING (order_id)
  WHERE currency = 'EUR' AND paid_at > now() - interval '30 days' AND line.seller_id ~ '^[0-9a-f-]{36}$'
  GROUP BY line.seller_id ORDER BY orders DESC, line.seller_id`;

/** How long the projection of the last orders may take. */
const PROJECTION_TIMEOUT_MS = 60_000;

/** Simulates a month of orders and shoppers, unless the stack has one; returns when all events are applied. */
export async function simulateMonth(): Promise<void> {
  if ((await paidOrders()) < PAID) {
    const command = [
      "--stack",
      stackName(),
      "simulate",
      "--orders",
      String(ORDERS),
      "--days",
      "30",
      "--interactions",
      "1000",
    ];
    execFileSync(resolve(ROOT, "target/local/local-stack"), command, { cwd: ROOT, stdio: "ignore", timeout: 120_000 });
  }
  await waitUntilApplied();
}

async function paidOrders(): Promise<number> {
  const sellers = await query<{ orders: string }>(PAID_ORDERS);
  return sellers.reduce((sum, seller) => sum + Number(seller.orders), 0);
}

/** Waits until the counts of logged and pending events stop changing. */
async function waitUntilApplied(): Promise<void> {
  const countRows = async () =>
    JSON.stringify(
      await query(
        "SELECT (SELECT count(*) FROM analytic.shop_event), (SELECT count(*) FROM analytic.pending WHERE parked_at IS NULL)",
      ),
    );
  let before = "";
  for (
    const end = Date.now() + PROJECTION_TIMEOUT_MS;
    Date.now() < end;
    await new Promise((done) => setTimeout(done, 2_000))
  ) {
    const now = await countRows();
    if (now === before) return;
    before = now;
  }
  throw new Error("the simulated month is still being applied");
}

/** The seller with most paid orders; the id is that of an account. */
export async function bestSeller(): Promise<string> {
  const [best] = await query<{ seller_id: string }>(PAID_ORDERS);
  if (best === undefined) throw new Error("the simulated month has no seller");
  return best.seller_id;
}

/** The base URL of the pages. */
export function webUrl(): string {
  const url = stack().web_url;
  if (url === undefined) throw new Error("the stack has no web server");
  return url;
}
