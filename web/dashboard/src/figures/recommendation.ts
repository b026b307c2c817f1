/** The results of recommendations, and what their figures mean. */
import type { Schemas } from "../api/client";
import type { Format } from "../ui/format";
import { define } from "./definitions";

const SOURCE = "GET /api/analytics/recommendations";

/** The figures of recommendations. */
export const RECOMMENDED = define({
  impressions: {
    name: "Shown",
    meaning: "How often a recommended product was shown: product_impression events with a recommendation_id.",
    source: SOURCE,
    unit: "count",
  },
  clicks: {
    name: "Clicks",
    meaning: "Clicks on recommended products: click_from_recommendation events with a recommendation_id.",
    source: SOURCE,
    unit: "count",
  },
  clickRate: {
    name: "Click-through",
    meaning: "Clicks divided by the products shown.",
    source: SOURCE,
    unit: "share",
  },
  conversions: {
    name: "Conversions",
    meaning:
      "Clicks after which the account bought the same product within 7 days, counted on the day of the click. Clicks of guests never count.",
    source: SOURCE,
    unit: "count",
  },
  conversionRate: {
    name: "Conversion rate",
    meaning: "Conversions divided by clicks.",
    source: SOURCE,
    unit: "share",
  },
  clickLift: {
    name: "Click lift",
    meaning:
      "Click-through of learned recommendations divided by that of the control group, which sees only popular products, with its 95 % confidence interval. An interval above 1 is a significant improvement.",
    source: SOURCE,
    unit: "score",
  },
  conversionLift: {
    name: "Conversion lift",
    meaning:
      "Conversion rate of learned recommendations divided by that of the control group, with its 95 % confidence interval.",
    source: SOURCE,
    unit: "score",
  },
  preview: {
    name: "Preview",
    meaning:
      "What the shop would recommend at this moment, rules included. It is neither shown to a visitor nor counted.",
    source: "GET /api/v1/analytic/recommendations/...",
    unit: "score",
  },
  rules: {
    name: "Rules",
    meaning: "The shop's own rules about recommendations: active and upcoming ones.",
    source: "GET /api/v1/analytic/recommendations/rules",
    unit: "count",
  },
});

/** The results of one group. */
export type Results = Schemas["ArmResults"];

/** Where recommendations are shown. */
const PLACEMENTS: Record<string, string> = {
  viewed: "On a product page",
  bought: "Bought together",
  cart: "In the cart",
  session: "For a visit",
  personal: "For an account",
  again: "Buy again",
};

/** The name of a placement; its id if only a newer server knows it. */
export function placementName(placement: string): string {
  return PLACEMENTS[placement] ?? placement;
}

/** The sums of several results, with their rates. */
export function sumOf(results: readonly (Results | null | undefined)[]): Results {
  const total = { impressions: 0, clicks: 0, conversions: 0 };
  for (const result of results) {
    total.impressions += result?.impressions ?? 0;
    total.clicks += result?.clicks ?? 0;
    total.conversions += result?.conversions ?? 0;
  }
  return {
    ...total,
    clickRate: ratio(total.clicks, total.impressions),
    conversionRate: ratio(total.conversions, total.clicks),
  };
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

/** A text on the significance of a lift. */
export function liftNote(format: Format, lift: Schemas["ShownLift"] | null | undefined): string {
  if (!lift) return "too few events to compare";
  const interval = `${format.decimal(lift.low)} to ${format.decimal(lift.high)}`;
  if (lift.low > 1) return `${interval}: a significant improvement`;
  return lift.high < 1 ? `${interval}: significantly worse` : `${interval}: no significant difference`;
}
