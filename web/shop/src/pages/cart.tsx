import { type Line, setQuantity, totalOf, useCart } from "../cart.js";
import { pictureOf, priceText } from "../catalog.js";
import { Icon } from "../parts/icons.js";
import { Shelf, useList } from "../parts/shelf.js";
import { withCart } from "../recommendations.js";
import { Link } from "../router.js";

/** The cart, and what goes with it. */
export function CartPage() {
  const lines = useCart();
  const products = lines.map(({ product }) => product);
  const key = products.length > 0 ? products.map(({ id }) => id).join(" ") : undefined;
  const suggested = useList(key, (signal) => withCart(products, signal));
  if (lines.length === 0) return <EmptyCart />;
  return (
    <>
      <div class="page-head">
        <h1>Your cart</h1>
      </div>
      <ul class="lines">
        {lines.map((line) => (
          <CartLine key={line.product.id} line={line} />
        ))}
      </ul>
      <div class="cart-end">
        <p class="total">
          Total <strong>{priceText(totalOf(lines))}</strong>
        </p>
        <Link to="/checkout" class="button">
          Check out
        </Link>
      </div>
      <Shelf
        title="Goes with your cart"
        note="Bought together with these products, or viewed together."
        list={suggested}
      />
    </>
  );
}

function EmptyCart() {
  return (
    <div class="page-head">
      <h1>Your cart is empty</h1>
      <p>
        Nothing is charged in this shop, so <Link to="/">add something</Link>.
      </p>
    </div>
  );
}

function CartLine({ line: { product, quantity } }: { line: Line }) {
  return (
    <li class="line">
      <Link to={`/product/${product.id}`} class={`picture tint-${product.category}`} label={product.name}>
        <img src={pictureOf(product)} alt="" width="96" height="96" />
      </Link>
      <div class="line-text">
        <Link to={`/product/${product.id}`}>{product.name}</Link>
        <span class="quiet">{priceText(product.price)} each</span>
      </div>
      <div class="stepper">
        <button
          type="button"
          class="round"
          aria-label={`Remove one ${product.name}`}
          onClick={() => setQuantity(product, quantity - 1)}
        >
          <Icon name="minus" />
        </button>
        <span>
          <span class="visually-hidden">Quantity </span>
          {quantity}
        </span>
        <button
          type="button"
          class="round"
          aria-label={`Add one ${product.name}`}
          onClick={() => setQuantity(product, quantity + 1)}
        >
          <Icon name="plus" />
        </button>
      </div>
      <strong class="line-price">{priceText(product.price * quantity)}</strong>
    </li>
  );
}
