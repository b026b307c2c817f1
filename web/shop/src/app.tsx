import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { CALLBACK } from "./auth.js";
import { categoryOf, productOf } from "./catalog.js";
import { useValue } from "./observable.js";
import { CartPage } from "./pages/cart.js";
import { CategoryPage } from "./pages/category.js";
import { CheckoutPage } from "./pages/checkout.js";
import { FavouritesPage } from "./pages/favourites.js";
import { ProductPage } from "./pages/product.js";
import { SignedInPage } from "./pages/signed-in.js";
import { Start } from "./pages/start.js";
import { Announcer } from "./parts/announcer.js";
import { ConsentBanner } from "./parts/consent.js";
import { Header } from "./parts/header.js";
import { Strip } from "./parts/strip.js";
import { Link, path } from "./router.js";

/** The name of the shop in the titles of its pages. */
const SHOP = "Fjord & Fern";

interface Page {
  title: string;
  content: ComponentChildren;
}

/** The whole shop. */
export function App() {
  const here = useValue(path);
  const { title, content } = pageOf(here);
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = title === SHOP ? SHOP : `${title} · ${SHOP}`;
    // The focus moves to the new page, for users of a keyboard or a screen reader.
    if (!isFirst.current) main.current?.focus({ preventScroll: true });
    isFirst.current = false;
  }, [title]);
  return (
    <>
      <a class="skip" href="#content">
        Skip to content
      </a>
      <Header />
      <main id="content" ref={main} tabIndex={-1} key={here}>
        {content}
      </main>
      <ConsentBanner />
      <Announcer />
      <Strip />
    </>
  );
}

function pageOf(here: string): Page {
  const [, page = "", id = ""] = here.split("/");
  const product = page === "product" ? productOf(id) : undefined;
  if (product) return { title: product.name, content: <ProductPage product={product} /> };
  const category = page === "category" ? categoryOf(id) : undefined;
  if (category) return { title: category.name, content: <CategoryPage category={category} /> };
  switch (here) {
    case "/":
      return { title: SHOP, content: <Start /> };
    case "/cart":
      return { title: "Cart", content: <CartPage /> };
    case "/checkout":
      return { title: "Check out", content: <CheckoutPage /> };
    case "/favourites":
      return { title: "Favourites", content: <FavouritesPage /> };
    case CALLBACK:
      return { title: "Signing in", content: <SignedInPage /> };
    default:
      return { title: "Not found", content: <NotFound /> };
  }
}

function NotFound() {
  return (
    <div class="page-head">
      <h1>Page not found</h1>
      <p>
        The address may be mistyped. <Link to="/">Go to the start page</Link>.
      </p>
    </div>
  );
}
