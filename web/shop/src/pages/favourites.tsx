import { productOf } from "../catalog.js";
import { favourites } from "../choices.js";
import { useValue } from "../observable.js";
import { Card } from "../parts/card.js";
import { Link } from "../router.js";

/** The products that the visitor likes. */
export function FavouritesPage() {
  const products = useValue(favourites).flatMap((id) => productOf(id) ?? []);
  return (
    <>
      <div class="page-head">
        <h1>Favourites</h1>
        {products.length === 0 && (
          <p>
            None yet. Tap the heart on a product to keep it here. <Link to="/">Look around</Link>.
          </p>
        )}
      </div>
      <ul class="grid">
        {products.map((product) => (
          <li key={product.id}>
            <Card entry={{ product }} />
          </li>
        ))}
      </ul>
    </>
  );
}
