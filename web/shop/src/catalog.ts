import data from "./products.json";

/** A product as products.json holds it; the shop's back end reads the same file. */
export type Product = (typeof data.products)[number];

/** A category of products. */
export type Category = (typeof data.categories)[number];

/** All products, in the order of the shelves. */
export const products: readonly Product[] = data.products;

/** All categories, in the order of the menu. */
export const categories: readonly Category[] = data.categories;

const byId = new Map(products.map((product) => [product.id, product]));
const pictures = import.meta.glob<string>("./pictures/*.svg", { eager: true, query: "?url", import: "default" });
const money = new Intl.NumberFormat(undefined, { style: "currency", currency: data.currency });

/** The product with an id; the API's lists may name products of another shop. */
export function productOf(id: string): Product | undefined {
  return byId.get(id);
}

/** The category with an id. */
export function categoryOf(id: string): Category | undefined {
  return categories.find((category) => category.id === id);
}

/** The products of a category. */
export function productsOf(category: string): Product[] {
  return products.filter((product) => product.category === category);
}

/** Who sells a product. */
export function sellerOf(product: Product): string {
  return data.sellers.find((seller) => seller.id === product.seller)?.name ?? "";
}

/** The address of a product's picture. */
export function pictureOf(product: Product): string {
  return pictures[`./pictures/${product.id}.svg`] ?? "";
}

/** A price in minor units, formatted for the language of the browser. */
export function priceText(minor: number): string {
  const { maximumFractionDigits = 2 } = money.resolvedOptions();
  return money.format(minor / 10 ** maximumFractionDigits);
}
