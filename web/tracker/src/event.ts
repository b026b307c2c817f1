import { utf8Length } from "./attempt.js";

/** The event types of shoppers that a front end may send. The others come from the shop's services. */
export const EVENT_TYPES = [
  "view",
  "view_bounce",
  "view_similar_products",
  "product_impression",
  "click_from_search",
  "click_from_category",
  "click_from_recommendation",
  "add_to_cart",
  "remove_from_cart",
  "add_to_favorites",
  "ask_question",
  "not_interested",
  "hide_item",
  "dislike",
  "report_product",
] as const;

/** One of `EVENT_TYPES`. */
export type EventType = (typeof EVENT_TYPES)[number];

/** An id of the shop: a string of 1 to 128 characters, or a whole number. */
export type Id = string | number;

/** Anything that JSON can express. */
export type Metadata = Record<string, unknown>;

/** What an event is about, and its metadata. */
export type Details = ({ product: Id; category?: undefined } | { category: Id; product?: undefined }) & {
  /** At most 8,192 bytes of JSON, 2,048 from a guest. */
  metadata?: Metadata;
  /** The `recommendation_id` of the answer that showed the product. */
  recommendationId?: string;
};

/** An event as the API reads it. It never changes once it may have been sent: a retry is the same event. */
export interface WireEvent {
  event_id: string;
  event_type: string;
  ref_type: "Product" | "Category";
  ref_id: Id;
  session_id?: string;
  metadata?: Metadata;
  /** By the clock of this device; from `sent_at` of the request the API computes how wrong that clock is. */
  occurred_at: string;
}

/** The largest metadata that the API accepts; the lower limit of guests is left to the API. */
const METADATA_MAX_BYTES = 8192;

/** Creates an event that happens now, with a copy of its metadata. */
export function eventOf(type: string, details: Details): WireEvent {
  const { product, category, metadata, recommendationId } = details;
  const id: unknown = product ?? category;
  // Anything else might not be expressible in JSON, and would fail when the event is sent.
  if (typeof type !== "string" || (typeof id !== "string" && !Number.isInteger(id)))
    throw new Error("invalid type or id");
  const event: WireEvent = {
    event_id: uuid(),
    event_type: type,
    ref_type: id === product ? "Product" : "Category",
    ref_id: id as Id,
    occurred_at: new Date().toISOString(),
  };
  if (metadata || recommendationId) {
    const copy = JSON.stringify(recommendationId ? { ...metadata, recommendation_id: recommendationId } : metadata);
    if (utf8Length(copy) > METADATA_MAX_BYTES) throw new Error(`metadata: at most ${METADATA_MAX_BYTES} bytes`);
    event.metadata = JSON.parse(copy);
  }
  return event;
}

/** A random UUID. `crypto.randomUUID` is missing on pages without TLS. */
export function uuid(): string {
  return "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
    (+digit ^ ((crypto.getRandomValues(new Uint8Array(1))[0] as number) & (15 >> (+digit / 4)))).toString(16),
  );
}
