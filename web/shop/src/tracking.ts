import { type Consent, createTracker, type EventType } from "@shopsignal/tracker";
import { token } from "./auth.js";
import type { Product } from "./catalog.js";
import { type Observable, stored } from "./observable.js";
import { entryOf, recordEvent } from "./received.js";

function isConsent(value: unknown): value is Consent {
  return value === "granted" || value === "denied" || value === "pending";
}

/** What the visitor decided about tracking. */
export const consent: Observable<Consent> = stored<Consent>("consent", "pending", isConsent);

/** Sends soon, so that the dashboard can be watched live; the defaults save requests. */
const tracker = createTracker({
  consent: consent.get(),
  batchMs: 300,
  bounceMs: 0,
  token,
  onSettled: (event, status) => recordEvent(entryOf(event, status)),
});

/** Sets the decision of this browser; events held until now are sent or dropped. */
export function decide(decision: "granted" | "denied"): void {
  consent.set(decision);
  tracker.consent(decision);
}

/** The session id, if the visitor consents and no privacy signal of the browser forbids it. */
export function session(): string | undefined {
  return consent.get() === "granted" ? tracker.sessionId : undefined;
}

/** Tracks a view of a product or category. */
export function trackView(about: { product: Product } | { category: string }): void {
  send("view", "product" in about ? { product: about.product.id } : about);
}

/** Tracks another event of a product, such as a click on a recommendation. */
export function trackProduct(type: EventType, product: Product, recommendationId?: string): void {
  send(type, { product: product.id, ...(recommendationId && { recommendationId }) });
}

/** Sends the waiting events, so that the next recommendations take them into account. */
export async function flush(): Promise<void> {
  await tracker.flush();
}

function send(type: EventType, details: Parameters<typeof tracker.track>[1]): void {
  const id = tracker.track(type, details);
  if (!id || consent.get() !== "granted") return;
  recordEvent({ id, type, about: String(details.product ?? details.category), at: new Date(), status: "waiting" });
}
