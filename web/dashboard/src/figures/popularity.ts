/** What the rank lists are, and how a product got its score. */
import { type Definition, define, FIGURES } from "./definitions";

/** The lists, in the order in which they are offered. `live` is the list by score that is true to the second. */
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
    meaning: "Points of the last 30 days, each worth half after each half-life (by default 24 hours).",
    source: "GET /api/v1/analytic/popularity/top?rank=trending",
    unit: "score",
  },
  rising: {
    name: "Rising",
    meaning:
      "Events of the last 24 hours plus 10, divided by those of the 24 hours before plus 10. Only products with at least 10 events, and with more than before.",
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

/** The figures of products, each by the list that it orders. */
export const RANKS: Record<List, Definition> = { live: FIGURES.score, ...OTHERS };

/** The figures of one product. */
export const PRODUCT = define({
  parts: {
    name: "Parts of the score",
    meaning:
      "The score as a sum: counted events of each type times the weight of the type. Capped events are beyond the daily caps, excluded ones are those of bots and of excluded actors; both add nothing.",
    source: "GET /api/v1/analytic/popularity/{spu_id}/explain",
    unit: "score",
  },
  history: {
    name: "Points over time",
    meaning:
      "What the events of each hour or day add to the score, by the time of the events and the weights of now. The score is the sum of all of it since the beginning.",
    source: "GET /api/v1/analytic/popularity/{spu_id}/history",
    unit: "score",
  },
  sales: {
    name: "Sales",
    meaning:
      "Payments minus refunds for the order lines of this product, each counted at its own time. Orders count at their first payment.",
    source: "GET /api/v1/analytic/sales/windows?product_id=",
    unit: "money",
  },
  together: {
    name: "Seen in the same visits",
    meaning:
      "Products that visitors of this product met in the same visit, the closest first: how often both are met together, against how often each of them is met.",
    source: "GET /api/v1/analytic/recommendations/product/{product_id}",
    unit: "score",
  },
});

/** What the types of events are called; other types keep their own name. */
export function eventName(type: string): string {
  const words = type.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
