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

/** The request of an order. Sent again unchanged, after a timeout, it is the same order. */
export interface Checkout {
  checkout_id: string;
  placed_at: string;
  lines: { product: string; quantity: number }[];
  payment_method: PaymentMethod;
  session?: string;
}

/** A new order of the lines. The page names products and quantities; the back end knows the prices. */
export function checkoutOf(lines: Line[], method: PaymentMethod): Checkout {
  const visit = session();
  return {
    checkout_id: crypto.randomUUID(),
    placed_at: new Date().toISOString(),
    lines: lines.map(({ product, quantity }) => ({ product: product.id, quantity })),
    payment_method: method,
    ...(visit && { session: visit }),
  };
}

/** Orders what a checkout says; the back end reports the order. */
export async function checkOut(checkout: Checkout): Promise<Answer<Order>> {
  const id = checkout.checkout_id;
  const entry = { id, type: "OrderCreated", about: `${id.slice(0, 8)}…`, at: new Date() };
  recordEvent({ ...entry, status: "waiting" });
  const answer = await post<Order>("/shop-api/checkout", checkout);
  recordEvent({ ...entry, status: answer.ok ? "accepted" : "rejected" });
  if (answer.ok) emptyCart();
  return answer;
}
