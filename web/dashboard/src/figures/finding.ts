/** Findings as text. Their evidence is an object whose fields depend on the rule (docs/ALERTS.md). */
import type { Schemas } from "../api/client";
import type { Format } from "../ui/format";

/** A finding as the API lists it. */
export type Finding = Schemas["Finding"];

/** An order in the evidence of a finding. */
export interface EvidenceOrder {
  order_id: string;
  placed_at: string;
  currency: string;
  amount_minor: number;
}

/** The fields of the evidence of any rule. */
export interface Evidence {
  order_count?: number;
  product_count?: number;
  from?: string;
  to?: string;
  orders?: EvidenceOrder[];
  order?: EvidenceOrder;
  limit_minor?: number;
  products?: string[];
  points?: number;
  share?: number;
  actor_count?: number;
  strongest?: { kind: string; points: number }[];
}

/** The rules in the order of docs/ALERTS.md, with their names and what they find. */
const RULES = {
  order_burst: { name: "Burst of orders", meaning: "Many orders of one customer within a short time." },
  large_order: { name: "Large order", meaning: "An order above the limit for its currency." },
  similar_orders: {
    name: "Similar orders",
    meaning: "Orders of one customer with the same lines or amount within a short time.",
  },
  popularity_push: { name: "Pushed product", meaning: "Most of a product's points come from a few actors." },
  abandoned_cart: {
    name: "Abandoned cart",
    meaning: "Products that were put into a cart, but neither bought nor removed.",
  },
};

/** A rule. */
export type Rule = keyof typeof RULES;

/** All rules. */
export const RULE_IDS = Object.keys(RULES) as Rule[];

/** The name of a rule; its id if only a newer server knows it. */
export function ruleName(rule: string): string {
  return rule in RULES ? RULES[rule as Rule].name : rule;
}

/** The meaning of a rule. */
export function ruleMeaning(rule: string): string | undefined {
  return rule in RULES ? RULES[rule as Rule].meaning : undefined;
}

/** The evidence of a finding. */
export function evidenceOf(finding: Finding): Evidence {
  return finding.evidence as Evidence;
}

/** The subject without its kind: `customer:c-1` is `c-1`. */
export function subjectOf(finding: Finding): { kind: string; id: string } {
  const colon = finding.subject.indexOf(":");
  return { kind: finding.subject.slice(0, colon), id: finding.subject.slice(colon + 1) };
}

/** A finding in one line. */
export function summary(finding: Finding, format: Format): string {
  const evidence = evidenceOf(finding);
  const { kind, id } = subjectOf(finding);
  const who = `${kind} ${shortId(id)}`;
  const { order } = evidence;
  if (finding.rule === "popularity_push")
    return `${format.share(evidence.share)} of the points of ${who} from ${format.count(evidence.actor_count)} actors`;
  if (order !== undefined) return `${format.money(order.amount_minor, order.currency)} by ${who}`;
  if (evidence.order_count !== undefined) return `${format.count(evidence.order_count)} orders of ${who}`;
  if (evidence.product_count !== undefined)
    return `${format.count(evidence.product_count)} products left in the cart by ${who}`;
  return who;
}

/** A shortened id that fits into a line. */
export function shortId(id: string): string {
  return id.length > 16 ? `${id.slice(0, 8)}…${id.slice(-4)}` : id;
}
