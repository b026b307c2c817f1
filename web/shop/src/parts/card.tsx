import { useEffect, useRef } from "preact/hooks";
import { addToCart } from "../cart.js";
import { type Product, pictureOf, priceText } from "../catalog.js";
import { dismiss, favourites, toggleFavourite } from "../choices.js";
import { useValue } from "../observable.js";
import type { Entry } from "../recommendations.js";
import { Link } from "../router.js";
import { trackProduct } from "../tracking.js";
import { announce } from "./announcer.js";
import { Icon } from "./icons.js";

interface CardProps {
  entry: Entry;
  /** The list that recommended the product; absent for other lists. */
  recommendationId?: string | undefined;
  /** Called when the visitor follows the card in a list that is not recommended. */
  onGo?: () => void;
}

/** A product in a list, with its picture, its price, and why it is there. */
export function Card({ entry: { product, reason }, recommendationId, onGo }: CardProps) {
  const element = useRef<HTMLElement>(null);
  const reportImpression = useImpression(element, product, recommendationId);
  const followRecommended = () => {
    // A quick visitor, or one with a keyboard, may follow the card before the observer has reported it.
    reportImpression();
    trackProduct("click_from_recommendation", product, recommendationId);
  };
  const follow = recommendationId ? followRecommended : onGo;
  return (
    <article class="card" ref={element} data-product={product.id}>
      <Link to={`/product/${product.id}`} class="card-link" onGo={follow}>
        <span class={`picture tint-${product.category}`}>
          <img src={pictureOf(product)} alt="" width="160" height="160" />
        </span>
        <span class="card-name">{product.name}</span>
        <span class="card-price">{priceText(product.price)}</span>
      </Link>
      {reason && <p class="card-reason">{reason}</p>}
      <div class="card-tools">
        <FavouriteButton product={product} />
        {recommendationId && <DismissButton product={product} recommendationId={recommendationId} />}
      </div>
      <AddButton product={product} />
    </article>
  );
}

/** Reports once that a recommended product was at least half visible. The returned function reports it now, if needed. */
function useImpression(element: { current: HTMLElement | null }, product: Product, recommendationId?: string) {
  const reportedId = useRef("");
  const reportImpression = () => {
    if (!recommendationId || reportedId.current === recommendationId) return;
    reportedId.current = recommendationId;
    trackProduct("product_impression", product, recommendationId);
  };
  useEffect(() => {
    if (!element.current || !recommendationId) return;
    const notice = (entries: IntersectionObserverEntry[]) =>
      entries.some((entry) => entry.isIntersecting) && reportImpression();
    const observer = new IntersectionObserver(notice, { threshold: 0.5 });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element, product, recommendationId]);
  return reportImpression;
}

/** Adds a product to the favourites, or removes it. */
export function FavouriteButton({ product }: { product: Product }) {
  const isFavourite = useValue(favourites).includes(product.id);
  return (
    <button
      type="button"
      class="round"
      aria-pressed={isFavourite}
      aria-label={`Favourite: ${product.name}`}
      onClick={() => toggleFavourite(product)}
    >
      <Icon name="heart" />
    </button>
  );
}

function DismissButton({ product, recommendationId }: { product: Product; recommendationId: string }) {
  const onClick = () => {
    dismiss(product, recommendationId);
    announce(`${product.name} will not be recommended again.`);
  };
  return (
    <button
      type="button"
      class="round"
      aria-label={`Not interested in ${product.name}`}
      title="Not interested"
      onClick={onClick}
    >
      <Icon name="cross" />
    </button>
  );
}

function AddButton({ product }: { product: Product }) {
  const onClick = () => {
    addToCart(product);
    announce(`${product.name} is in your cart.`);
  };
  return (
    <button type="button" class="round card-add" aria-label={`Add ${product.name} to the cart`} onClick={onClick}>
      <Icon name="plus" />
    </button>
  );
}
