import { reportAction } from "./actions.js";
import type { Product } from "./catalog.js";
import { isTexts, type Observable, stored } from "./observable.js";

/** The ids of the visitor's favourites. */
export const favourites: Observable<string[]> = stored("favourites", [], isTexts);

/** The ids of products that the visitor does not want to see recommended. */
export const unwanted: Observable<string[]> = stored("unwanted", [], isTexts);

/** Adds a product to the favourites, or removes it. */
export function toggleFavourite(product: Product): void {
  const before = favourites.get();
  const isFavourite = before.includes(product.id);
  favourites.set(isFavourite ? before.filter((id) => id !== product.id) : [...before, product.id]);
  if (!isFavourite) reportAction("add_to_favorites", product);
}

/** Hides a product from all recommendations. */
export function dismiss(product: Product, recommendationId: string | undefined): void {
  unwanted.set([...unwanted.get().filter((id) => id !== product.id), product.id]);
  reportAction("not_interested", product, recommendationId);
}
