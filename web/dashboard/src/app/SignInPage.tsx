/** What is shown to whoever is not signed in. */

import type { ComponentChildren } from "preact";
import { Logo } from "./Logo";

/** Asks to sign in. */
export function SignInPage({ left, signIn }: { left: boolean; signIn: () => void }) {
  return (
    <Door title={left ? "You are signed out" : "Sign in to the dashboard"}>
      <p class="muted">
        Sellers see their own sales; administrators see the whole shop. You sign in on the shop's sign-in page and come
        back here.
      </p>
      <button type="button" class="button primary" onClick={signIn}>
        Sign in
      </button>
    </Door>
  );
}

/** Says why the sign-in failed. */
export function SignInFailed({ message, retry }: { message: string; retry: () => void }) {
  return (
    <Door title="The sign-in did not work">
      <p role="alert">{message}</p>
      <p class="muted">Try again. If it stays like this, tell an administrator of the shop what it says here.</p>
      <button type="button" class="button primary" onClick={retry}>
        Try again
      </button>
    </Door>
  );
}

/** The moment before it is known who is here. */
export function Starting() {
  return (
    <Door title="Shopsignal">
      <p class="muted" role="status">
        Signing in …
      </p>
    </Door>
  );
}

function Door({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <main class="door">
      <div class="card">
        <Logo />
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}
