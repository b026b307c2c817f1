import { reportAction } from "./actions.js";
import { type Product, productOf } from "./catalog.js";
import { type Observable, stored, useValue } from "./observable.js";

/** A product and its quantity in the cart. */
export interface Line {
  product: Product;
  quantity: number;
}

/** The maximum quantity of one product; the back end has the same limit. */
export const QUANTITY_MAX = 20;

/** The quantities of the cart by product id. */
export const quantities: Observable<Record<string, number>> = stored("cart", {}, isQuantities);

/** Whether a stored value is quantities by product id. */
function isQuantities(value: unknown): value is Record<string, number> {
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).every((quantity) => Number.isInteger(quantity) && quantity <= QUANTITY_MAX);
}

/** Turns quantities by product id into lines; leaves out products that are no longer sold. */
export function linesOf(quantities: Record<string, number>): Line[] {
  return Object.entries(quantities).flatMap(([id, quantity]) => {
    const product = productOf(id);
    return product && quantity > 0 ? [{ product, quantity }] : [];
  });
}

/** The total of lines, in minor units. */
export function totalOf(lines: Line[]): number {
  return lines.reduce((sum, { product, quantity }) => sum + product.price * quantity, 0);
}

/** How many pieces lines hold. */
export function piecesOf(lines: Line[]): number {
  return lines.reduce((sum, { quantity }) => sum + quantity, 0);
}

/** The lines of the cart; the component renders again when they change. */
export function useCart(): Line[] {
  return linesOf(useValue(quantities));
}

/** Puts one more piece of a product into the cart. */
export function addToCart(product: Product): void {
  const before = quantities.get();
  const quantity = Math.min((before[product.id] ?? 0) + 1, QUANTITY_MAX);
  quantities.set({ ...before, [product.id]: quantity });
  reportAction("add_to_cart", product);
}

/** Sets how many pieces of a product are in the cart; 0 takes it out. */
export function setQuantity(product: Product, quantity: number): void {
  const { [product.id]: before = 0, ...others } = quantities.get();
  quantities.set(quantity > 0 ? { ...quantities.get(), [product.id]: Math.min(quantity, QUANTITY_MAX) } : others);
  if (quantity > before) reportAction("add_to_cart", product);
  if (quantity === 0) reportAction("remove_from_cart", product);
}

/** Empties the cart after an order. */
export function emptyCart(): void {
  quantities.set({});
}
