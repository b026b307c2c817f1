import { useEffect } from "preact/hooks";
import { type Category, productsOf } from "../catalog.js";
import { Card } from "../parts/card.js";
import { Shelf, useList } from "../parts/shelf.js";
import { forVisitor } from "../recommendations.js";
import { trackProduct, trackView } from "../tracking.js";

/** A category: its products, and what suits the visitor. */
export function CategoryPage({ category: { id, name, text } }: { category: Category }) {
  const shown = productsOf(id);
  useEffect(() => trackView({ category: id }), [id]);
  const forYou = useList(id, forVisitor);
  return (
    <>
      <div class="page-head">
        <h1>{name}</h1>
        <p>{text}</p>
      </div>
      <ul class="grid">
        {shown.map((product) => (
          <li key={product.id}>
            <Card entry={{ product }} onGo={() => trackProduct("click_from_category", product)} />
          </li>
        ))}
      </ul>
      <Shelf title="For you" note="What suits your visit, including what you did a moment ago." list={forYou} />
    </>
  );
}
