import { expect, test } from "vitest";
import { categories, categoryOf, pictureOf, priceText, products, productsOf, sellerOf } from "./catalog.js";

test("every product has a category, a seller, a picture and a unique id", () => {
  expect(new Set(products.map(({ id }) => id)).size).toBe(20);
  for (const product of products) {
    expect(categoryOf(product.category), product.id).toBeDefined();
    expect(sellerOf(product), product.id).not.toBe("");
    expect(pictureOf(product), product.id).not.toBe("");
    expect(product.price, product.id).toBeGreaterThan(0);
  }
});

test("no category is empty", () => {
  for (const { id } of categories) expect(productsOf(id).length, id).toBeGreaterThan(0);
});

test("prices are minor units", () => {
  expect(priceText(1490).replace(/\D/g, "")).toBe("1490");
});
