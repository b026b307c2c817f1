import { expect, test } from "vitest";
import { type Item, reasonOf } from "./reason.js";

const item: Item = { product_id: "lund-mug", source: "personal", reason: { because: "vik-kettle", event: "view" } };

test("the reason names the product and what the visitor did with it", () => {
  expect(reasonOf(item, "viewed")).toBe("Because you viewed Vik kettle");
  const carted: Item = { ...item, reason: { because: "vik-kettle", event: "add_to_cart" } };
  expect(reasonOf(carted, "viewed")).toBe("Because you put Vik kettle into your cart");
});

test("an event type without its own text reads as a view", () => {
  const asked: Item = { ...item, reason: { because: "vik-kettle", event: "ask_question" } };
  expect(reasonOf(asked, "viewed")).toBe("Because you viewed Vik kettle");
});

test("a product that the visitor comes back to is its own reason", () => {
  expect(reasonOf({ ...item, reason: { because: "lund-mug", event: "view" } }, "viewed")).toBe(
    "You looked at this before",
  );
});

test("the reason of a related product depends on the kind of the list", () => {
  const similar: Item = { ...item, source: "similar", reason: { because: "vik-kettle", event: null } };
  expect(reasonOf(similar, "viewed")).toBe("Viewed together with Vik kettle");
  expect(reasonOf(similar, "bought")).toBe("Goes with Vik kettle");
});

test("popular and pinned products say so", () => {
  expect(reasonOf({ ...item, source: "popular", reason: null }, "viewed")).toBe("Popular right now");
  expect(reasonOf({ ...item, source: "pinned", reason: null }, "viewed")).toBe("Picked by the shop");
});

test("a product of another shop has no name here", () => {
  const foreign: Item = { ...item, reason: { because: "x-1", event: "view" } };
  expect(reasonOf(foreign, "viewed")).toBe("Because you viewed something else");
});
