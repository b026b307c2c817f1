import { productOf } from "./catalog.js";

/** An item of a recommendation, as the API returns it. */
export interface Item {
  product_id: string;
  source: "personal" | "similar" | "popular" | "pinned";
  reason: { because: string; event: string | null } | null;
}

/** What the visitor did, after "because you". */
const ACTIONS: Record<string, (name: string) => string> = {
  add_to_cart: (name) => `put ${name} into your cart`,
  add_to_favorites: (name) => `like ${name}`,
  purchase: (name) => `bought ${name}`,
  click_from_recommendation: (name) => `followed ${name}`,
};

/** A text that says why a product is recommended; `kind` is the kind of list that was requested. */
export function reasonOf({ product_id, source, reason }: Item, kind: "viewed" | "bought"): string | undefined {
  if (source === "popular") return "Popular right now";
  if (source === "pinned") return "Picked by the shop";
  if (!reason) return undefined;
  if (reason.because === product_id) return "You looked at this before";
  const name = productOf(reason.because)?.name ?? "something else";
  if (source === "similar") return kind === "bought" ? `Goes with ${name}` : `Viewed together with ${name}`;
  const action = ACTIONS[reason.event ?? ""]?.(name) ?? `viewed ${name}`;
  return `Because you ${action}`;
}
