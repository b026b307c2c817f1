import { type Answer, post } from "./backend.js";
import { emptyCart, type Line } from "./cart.js";
import { recordEvent } from "./received.js";
import { session } from "./tracking.js";

/** An order that the shop's back end accepted. */
export interface Order {
  order_id: string;
  /** In minor units, by the back end's prices. */
  total: number;
}

/** The payment methods that the back end knows. */
export const PAYMENT_METHODS = [
  { id: "card", name: "Card" },
  { id: "paypal", name: "PayPal" },
  { id: "invoice", name: "Invoice" },
] as const;

/** One of `PAYMENT_METHODS`. */
export type PaymentMethod = (typeof PAYMENT_METHODS)[number]["id"];

/**
 * Orders the lines. The page names products and quantities; the back end knows the prices and reports the order.
 *
 * `id` identifies one checkout: a retry after a timeout is the same order.
 */
export async function checkOut(id: string, lines: Line[], method: PaymentMethod): Promise<Answer<Order>> {
  const entry = { id, type: "OrderCreated", about: `${id.slice(0, 8)}…`, at: new Date() };
  recordEvent({ ...entry, status: "waiting" });
  const visit = session();
  const body = {
    checkout_id: id,
    lines: lines.map(({ product, quantity }) => ({ product: product.id, quantity })),
    payment_method: method,
    ...(visit && { session: visit }),
  };
  const answer = await post<Order>("/shop-api/checkout", body);
  recordEvent({ ...entry, status: answer.ok ? "accepted" : "rejected" });
  if (answer.ok) emptyCart();
  return answer;
}
