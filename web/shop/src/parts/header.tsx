import { account, signIn, signOut } from "../auth.js";
import { piecesOf, useCart } from "../cart.js";
import { categories } from "../catalog.js";
import { favourites } from "../choices.js";
import { useValue } from "../observable.js";
import { Link, path } from "../router.js";
import { announce } from "./announcer.js";
import { Icon } from "./icons.js";

/** The head of every page: name, categories, favourites, cart and sign-in. */
export function Header() {
  const here = useValue(path);
  return (
    <header class="header">
      <div class="header-row">
        <Link to="/" class="brand" label="Fjord and Fern, start page">
          <Mark />
          <span>Fjord &amp; Fern</span>
        </Link>
        <div class="header-tools">
          <Account />
          <Favourites current={here === "/favourites"} />
          <Cart current={here === "/cart"} />
        </div>
      </div>
      <nav class="menu" aria-label="Categories">
        {categories.map(({ id, name }) => (
          <Link key={id} to={`/category/${id}`} current={here === `/category/${id}`}>
            {name}
          </Link>
        ))}
      </nav>
    </header>
  );
}

function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <path class="mark-stem" d="M16 28V12" />
      <path class="mark-leaf" d="M16 17C8 17 5 12 5 6c8 0 11 4 11 11z" />
      <path class="mark-sun" d="M16 23c0-7 4-10 11-10 0 7-4 10-11 10z" />
    </svg>
  );
}

function Account() {
  const signedIn = useValue(account);
  const fail = () => announce("Sign-in is not available right now.");
  const onClick = () => (signedIn ? signOut() : signIn()).catch(fail);
  return (
    <button type="button" class="tool" onClick={onClick}>
      <Icon name="person" />
      <span class="tool-text">{signedIn ? "Sign out" : "Sign in"}</span>
    </button>
  );
}

function Favourites({ current }: { current: boolean }) {
  const count = useValue(favourites).length;
  return (
    <Link to="/favourites" class="tool" label={`Favourites, ${count}`} current={current}>
      <Icon name="heart" />
      <span class="tool-text">Favourites</span>
      {count > 0 && <span class="badge">{count}</span>}
    </Link>
  );
}

function Cart({ current }: { current: boolean }) {
  const pieces = piecesOf(useCart());
  return (
    <Link to="/cart" class="tool" label={`Cart, ${pieces}`} current={current}>
      <Icon name="cart" />
      <span class="tool-text">Cart</span>
      {pieces > 0 && <span class="badge">{pieces}</span>}
    </Link>
  );
}
