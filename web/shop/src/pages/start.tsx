import { account } from "../auth.js";
import { categories, pictureOf, products, productsOf } from "../catalog.js";
import { useValue } from "../observable.js";
import { Shelf, useList } from "../parts/shelf.js";
import { forVisitor, popularNow, trending } from "../recommendations.js";
import { Link } from "../router.js";
import { consent } from "../tracking.js";

/** The start page: what suits the visitor, what is trending, what is popular, and all categories. */
export function Start() {
  const [who, decision] = [useValue(account), useValue(consent)];
  const forYou = useList(`${who} ${decision}`, forVisitor);
  const trend = useList("trending", trending);
  const popular = useList("popular", popularNow);
  return (
    <>
      <Hero />
      <Shelf
        title="For you"
        note="What suits your visit, including what you did a moment ago."
        list={forYou}
        empty={invitation(decision)}
      />
      <Shelf title="Trending" note="Gaining attention, with recent events counting most." list={trend} />
      <Shelf title="Popular now" note="By score, up to date to the second." list={popular} />
      <Categories />
    </>
  );
}

function invitation(decision: string): string {
  if (decision === "granted") return "Look at a few products, and this row fills with suggestions for you.";
  return "This row is personal: it needs your consent to count your visit.";
}

function Hero() {
  const shown = ["karst-pour-over", "halo-pendant", "jord-pot", "lund-mug"];
  return (
    <section class="hero">
      <div class="hero-text">
        <h1>Good things for slow days.</h1>
        <p>
          Twenty products in a shop that sells nothing. Look around: what you do here shows in the{" "}
          <a href="/dashboard/">dashboard</a> within seconds.
        </p>
      </div>
      <div class="hero-pictures" aria-hidden="true">
        {products
          .filter(({ id }) => shown.includes(id))
          .map((product) => (
            <span key={product.id} class={`picture tint-${product.category}`}>
              <img src={pictureOf(product)} alt="" width="160" height="160" />
            </span>
          ))}
      </div>
    </section>
  );
}

function Categories() {
  return (
    <section class="shelf" aria-label="All categories">
      <div class="shelf-head">
        <h2>All categories</h2>
        <p>Four products in each.</p>
      </div>
      <ul class="tiles">
        {categories.map(({ id, name, text }) => (
          <li key={id}>
            <Link to={`/category/${id}`} class={`tile tint-${id}`}>
              <span class="tile-text">
                <strong>{name}</strong>
                <span>{text}</span>
              </span>
              {productsOf(id)
                .slice(0, 1)
                .map((product) => (
                  <img key={product.id} src={pictureOf(product)} alt="" width="96" height="96" />
                ))}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
