import { token } from "./auth.js";
import { type Answer, get, post } from "./backend.js";
import { categories, type Product, productOf, products } from "./catalog.js";
import { unwanted } from "./choices.js";
import { type Item, reasonOf } from "./reason.js";
import { flush, session } from "./tracking.js";

/** A product of a list, and why it is recommended. */
export interface Entry {
  product: Product;
  reason?: string | undefined;
}

/** A list of products; recommendations have an id that their impressions and clicks name. */
export interface List {
  recommendationId?: string;
  entries: Entry[];
}

/** The base path of the routes of lists. */
const API = "/api/v1/analytic";
/** The API may return products of another shop, such as the simulated one, so more are requested than are shown. */
const REQUEST_LIMIT = 60;
/** How many products the widest page shows. */
const SHOWN_MAX = 8;

interface Recommendations {
  recommendation_id: string;
  items: Item[];
}

interface Ranked {
  id: string;
  trending: number | null;
}

interface Popularities {
  products: { popularity: { id: string; score: number } }[];
}

/** Products viewed or bought together with a product, without those that another list of the page shows. */
export async function beside(
  product: Product,
  kind: "viewed" | "bought",
  shown: Entry[],
  signal: AbortSignal,
): Promise<Answer<List>> {
  const excluded = [...unwanted.get(), ...shown.map((entry) => entry.product.id)];
  const path = `${API}/recommendations/product/${product.id}?kind=${kind}&${query(excluded)}`;
  return listOf(await get<Recommendations>(path, { signal }), kind);
}

/** What goes with the products of a cart. */
export async function withCart(held: Product[], signal: AbortSignal): Promise<Answer<List>> {
  const body = { products: held.map(({ id }) => id) };
  return listOf(
    await post<Recommendations>(`${API}/recommendations/cart?${query(unwanted.get())}`, body, signal),
    "bought",
  );
}

/** What suits the visitor, including what happened a moment ago; nothing without consent. */
export async function forVisitor(signal: AbortSignal): Promise<Answer<List>> {
  const [bearer, visit] = [token(), session()];
  if (!visit) return { ok: true, data: { entries: [] } };
  await flush();
  const route = bearer ? "me" : `session/${encodeURIComponent(visit)}`;
  const path = `${API}/recommendations/${route}?${query(unwanted.get())}`;
  return listOf(await get<Recommendations>(path, { token: bearer, signal }), "viewed");
}

/** The lists of all categories, merged: what is trending in this shop. */
export async function trending(signal: AbortSignal): Promise<Answer<List>> {
  const path = (category: string) => `${API}/popularity/top?rank=trending&limit=${SHOWN_MAX}&category_id=${category}`;
  const answers = await Promise.all(categories.map(({ id }) => get<Ranked[]>(path(id), { signal })));
  const failed = answers.find((answer) => !answer.ok);
  if (failed) return failed;
  const ranked = answers.flatMap((answer) => (answer.ok ? answer.data : []));
  ranked.sort((a, b) => (b.trending ?? 0) - (a.trending ?? 0));
  return { ok: true, data: { entries: known(ranked.map(({ id }) => id)) } };
}

/** Products by their score, which is current to the second. */
export async function popularNow(signal: AbortSignal): Promise<Answer<List>> {
  const answer = await get<Popularities>(`${API}/popularity?ids=${products.map(({ id }) => id).join(",")}`, { signal });
  if (!answer.ok) return answer;
  const scores = answer.data.products.map(({ popularity }) => popularity).filter(({ score }) => score > 0);
  scores.sort((a, b) => b.score - a.score);
  return { ok: true, data: { entries: known(scores.map(({ id }) => id)) } };
}

function query(excluded: string[]): string {
  const exclude = excluded.length > 0 ? { exclude: excluded.join(",") } : undefined;
  return new URLSearchParams({ limit: String(REQUEST_LIMIT), ...exclude }).toString();
}

function listOf(answer: Answer<Recommendations>, kind: "viewed" | "bought"): Answer<List> {
  if (!answer.ok) return answer;
  const { recommendation_id: recommendationId, items } = answer.data;
  const entries = items.flatMap((item) => {
    const product = productOf(item.product_id);
    return product ? [{ product, reason: reasonOf(item, kind) }] : [];
  });
  return { ok: true, data: { recommendationId, entries: entries.slice(0, SHOWN_MAX) } };
}

function known(ids: string[]): Entry[] {
  const entries = ids.flatMap((id) => productOf(id) ?? []).map((product) => ({ product }));
  return entries.slice(0, SHOWN_MAX);
}
