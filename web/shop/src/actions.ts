import type { EventType } from "@shopsignal/tracker";
import { account } from "./auth.js";
import { post } from "./backend.js";
import type { Product } from "./catalog.js";
import { recordEvent } from "./received.js";
import { session, trackProduct } from "./tracking.js";

/**
 * Reports what a visitor does with a product.
 *
 * Guests may report only browsing events. The shop's back end reports their carts and favourites for the visit; shoppers
 * who are signed in report them with their token.
 */
export function reportAction(type: EventType, product: Product, recommendationId?: string): void {
  const visit = session();
  if (account.get()) trackProduct(type, product, recommendationId);
  else if (visit) void report(type, product, visit);
}

async function report(type: EventType, { id: product }: Product, visit: string): Promise<void> {
  const entry = { id: crypto.randomUUID(), type, about: product, at: new Date() };
  recordEvent({ ...entry, status: "waiting" });
  const body = { event_id: entry.id, event_type: type, product, session: visit };
  const answer = await post("/shop-api/interaction", body);
  recordEvent({ ...entry, status: answer.ok ? "accepted" : "rejected" });
}
