import { act } from "./actions.js";
import type { Product } from "./catalog.js";
import { type Observable, stored } from "./observable.js";

/** The ids of the visitor's favourites. */
export const favourites: Observable<string[]> = stored("favourites", []);

/** The ids of products that the visitor does not want to see recommended. */
export const unwanted: Observable<string[]> = stored("unwanted", []);

/** Makes a product a favourite, or takes that back. */
export function toggleFavourite(product: Product): void {
  const held = favourites.get();
  const isHeld = held.includes(product.id);
  favourites.set(isHeld ? held.filter((id) => id !== product.id) : [...held, product.id]);
  if (!isHeld) act("add_to_favorites", product);
}

/** Hides a product from all recommendations. */
export function dismiss(product: Product, recommendationId: string | undefined): void {
  unwanted.set([...unwanted.get().filter((id) => id !== product.id), product.id]);
  act("not_interested", product, recommendationId);
}
