import { useEffect } from "preact/hooks";
import { addToCart } from "../cart.js";
import { categoryOf, type Product, pictureOf, priceText, sellerOf } from "../catalog.js";
import { announce } from "../parts/announcer.js";
import { FavouriteButton } from "../parts/card.js";
import { Shelf, useList } from "../parts/shelf.js";
import { beside } from "../recommendations.js";
import { Link } from "../router.js";
import { trackView } from "../tracking.js";

/** Products per list: few, so that both lists have some. */
const SHELF_SIZE = 5;

/** A product, and what goes with it. */
export function ProductPage({ product }: { product: Product }) {
  useEffect(() => trackView({ product }), [product]);
  const viewed = useList(product.id, (signal) => beside(product, "viewed", [], signal));
  // The second list leaves out the products of the first, so it waits for the first.
  const shown = viewed[0]?.ok ? viewed[0].data.entries.slice(0, SHELF_SIZE) : [];
  const key = viewed[0] && [product.id, ...shown.map((entry) => entry.product.id)].join(" ");
  const bought = useList(key, (signal) => beside(product, "bought", shown, signal));
  return (
    <>
      <Details product={product} />
      <Shelf
        title="Viewed together"
        note={`Visitors of ${product.name} also look at these.`}
        count={SHELF_SIZE}
        list={viewed}
      />
      <Shelf title="Bought together" note={`What goes with ${product.name}.`} count={SHELF_SIZE} list={bought} />
    </>
  );
}

function Details({ product }: { product: Product }) {
  const category = categoryOf(product.category);
  const add = () => {
    addToCart(product);
    announce(`${product.name} is in your cart.`);
  };
  return (
    <article class="product">
      <span class={`picture product-picture tint-${product.category}`}>
        <img src={pictureOf(product)} alt={`Drawing: ${product.name}`} width="320" height="320" />
      </span>
      <div class="product-text">
        {category && <Link to={`/category/${category.id}`}>{category.name}</Link>}
        <h1>{product.name}</h1>
        <p class="product-price">{priceText(product.price)}</p>
        <p>{product.text}</p>
        <p class="quiet">Sold by {sellerOf(product)}</p>
        <div class="product-tools">
          <button type="button" class="button" onClick={add}>
            Add to cart
          </button>
          <FavouriteButton product={product} />
        </div>
      </div>
    </article>
  );
}
