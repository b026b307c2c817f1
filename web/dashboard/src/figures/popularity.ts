/** Definitions of the rank lists and of the score of a product. */
import { type Definition, define, FIGURES } from "./definitions";

/** The lists, in the order of their buttons. `live` is the list by score, current to the second. */
export const LISTS = [
  ["live", "Score, live"],
  ["trending", "Trending"],
  ["rising", "Rising"],
  ["1h", "An hour"],
  ["24h", "24 hours"],
  ["7d", "7 days"],
  ["30d", "30 days"],
] as const;

/** A list of products. */
export type List = (typeof LISTS)[number][0];

const OTHERS = define({
  trending: {
    name: "Trending",
    meaning: "Points of the last 30 days, weighted by age: a point halves with every half-life (24 hours by default).",
    source: "GET /api/v1/analytic/popularity/top?rank=trending",
    unit: "score",
  },
  rising: {
    name: "Rising",
    meaning:
      "Events of the last 24 hours plus 10, divided by events of the 24 hours before plus 10. Only products with at least 10 events, and more events than before.",
    source: "GET /api/v1/analytic/popularity/top?rank=rising",
    unit: "score",
  },
  "1h": {
    name: "Points of an hour",
    meaning: "Points of this hour so far and of the full hour before it.",
    source: "GET /api/v1/analytic/popularity/top?rank=1h",
    unit: "score",
  },
  "24h": {
    name: "Points of 24 hours",
    meaning: "Points of this hour so far and of the 24 full hours before it.",
    source: "GET /api/v1/analytic/popularity/top?rank=24h",
    unit: "score",
  },
  "7d": {
    name: "Points of 7 days",
    meaning: "Points of this hour so far and of the 168 full hours before it.",
    source: "GET /api/v1/analytic/popularity/top?rank=7d",
    unit: "score",
  },
  "30d": {
    name: "Points of 30 days",
    meaning: "Points of this hour so far and of the 720 full hours before it.",
    source: "GET /api/v1/analytic/popularity/top?rank=30d",
    unit: "score",
  },
});

/** The figure by which each list is ordered. */
export const RANKS: Record<List, Definition> = { live: FIGURES.score, ...OTHERS };

/** The figures of one product. */
export const PRODUCT = define({
  parts: {
    name: "Parts of the score",
    meaning:
      "The score as a sum: counted events of each type times the weight of the type. Capped events exceed the daily caps; excluded events come from bots and excluded actors. Both add nothing.",
    source: "GET /api/v1/analytic/popularity/{spu_id}/explain",
    unit: "score",
  },
  history: {
    name: "Points over time",
    meaning:
      "What the events of each hour or day add to the score, by event time and with the current weights. The score is their sum since the beginning.",
    source: "GET /api/v1/analytic/popularity/{spu_id}/history",
    unit: "score",
  },
  sales: {
    name: "Sales",
    meaning:
      "Payments minus refunds for the order lines of this product, each counted when it happens. Orders count at their first payment.",
    source: "GET /api/v1/analytic/sales/windows?product_id=",
    unit: "money",
  },
  together: {
    name: "Seen in the same visits",
    meaning:
      "Products that visitors of this product saw in the same visit, closest first. Closeness: how often both are seen together, relative to how often each is seen.",
    source: "GET /api/v1/analytic/recommendations/product/{product_id}",
    unit: "score",
  },
});

/** An event type as a phrase: `add_to_cart` is `Add to cart`. */
export function eventName(type: string): string {
  const words = type.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
