import type { TargetedSubmitEvent } from "preact";
import { useState } from "preact/hooks";
import { type Line, totalOf, useCart } from "../cart.js";
import { priceText } from "../catalog.js";
import { type Checkout, checkOut, checkoutOf, type Order, PAYMENT_METHODS, type PaymentMethod } from "../checkout.js";
import { Link } from "../router.js";

/** The last step: how to pay, and the order. */
export function CheckoutPage() {
  const lines = useCart();
  const [order, setOrder] = useState<Order>();
  if (order) return <Thanks order={order} />;
  if (lines.length === 0) return <Nothing />;
  return (
    <>
      <div class="page-head">
        <h1>Check out</h1>
        <p>A demo: nothing is charged, and no name or address is asked for.</p>
      </div>
      <div class="checkout">
        <Summary lines={lines} />
        <Payment lines={lines} onOrder={setOrder} />
      </div>
    </>
  );
}

function Summary({ lines }: { lines: Line[] }) {
  return (
    <section class="panel" aria-label="Your order">
      <h2>Your order</h2>
      <ul class="summary">
        {lines.map(({ product, quantity }) => (
          <li key={product.id}>
            <span>
              {quantity} × {product.name}
            </span>
            <span>{priceText(product.price * quantity)}</span>
          </li>
        ))}
      </ul>
      <p class="total">
        Total <strong>{priceText(totalOf(lines))}</strong>
      </p>
    </section>
  );
}

function Payment({ lines, onOrder }: { lines: Line[]; onOrder: (order: Order) => void }) {
  const [sent, setSent] = useState<Checkout>();
  const [method, setMethod] = useState<PaymentMethod>("card");
  const [isSending, setSending] = useState(false);
  const [problem, setProblem] = useState("");
  const order = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setSending(true);
    // What was sent once is sent again unchanged: the first request may have arrived.
    const checkout = sent ?? checkoutOf(lines, method);
    setSent(checkout);
    const answer = await checkOut(checkout);
    if (answer.ok) return onOrder(answer.data);
    setSending(false);
    setProblem(answer.message);
  };
  return (
    <form class="panel" onSubmit={order}>
      <fieldset disabled={sent !== undefined}>
        <legend>Pay by</legend>
        {PAYMENT_METHODS.map(({ id, name }) => (
          <label key={id} class="choice">
            <input type="radio" name="method" value={id} checked={method === id} onChange={() => setMethod(id)} />
            {name}
          </label>
        ))}
      </fieldset>
      {problem && (
        <p class="problem" role="alert">
          The order is not confirmed. {problem} Try again: it cannot be placed twice.
        </p>
      )}
      <button type="submit" class="button wide" disabled={isSending}>
        {isSending ? "Placing the order…" : "Place the order"}
      </button>
    </form>
  );
}

function Thanks({ order }: { order: Order }) {
  return (
    <div class="page-head">
      <h1>Thank you!</h1>
      <p>
        Order <code>{order.order_id}</code> of {priceText(order.total)} is paid. Its revenue is in the{" "}
        <a href="/dashboard/">dashboard</a> within seconds.
      </p>
      <p>
        <Link to="/" class="button">
          Continue shopping
        </Link>
      </p>
    </div>
  );
}

function Nothing() {
  return (
    <div class="page-head">
      <h1>Nothing to check out</h1>
      <p>
        Your cart is empty. <Link to="/">Look around</Link>.
      </p>
    </div>
  );
}
