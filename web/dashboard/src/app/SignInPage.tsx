/** What a visitor sees before signing in. */

import type { ComponentChildren } from "preact";
import { Logo } from "./Logo";

/** Asks to sign in. */
export function SignInPage({ afterSignOut, signIn }: { afterSignOut: boolean; signIn: () => void }) {
  return (
    <SignInFrame title={afterSignOut ? "You are signed out" : "Sign in to the dashboard"}>
      <p class="muted">
        Sellers see their own sales; administrators see the whole shop. You sign in on the shop's sign-in page and come
        back here.
      </p>
      <button type="button" class="button primary" onClick={signIn}>
        Sign in
      </button>
    </SignInFrame>
  );
}

/** Says why the sign-in failed. */
export function SignInFailed({ message, retry }: { message: string; retry: () => void }) {
  return (
    <SignInFrame title="Sign-in failed">
      <p role="alert">{message}</p>
      <p class="muted">Try again. If this keeps happening, send this message to an administrator of the shop.</p>
      <button type="button" class="button primary" onClick={retry}>
        Try again
      </button>
    </SignInFrame>
  );
}

/** Shown until the session is known. */
export function Starting() {
  return (
    <SignInFrame title="Shopsignal">
      <p class="muted" role="status">
        Signing in …
      </p>
    </SignInFrame>
  );
}

function SignInFrame({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <main class="sign-in">
      <div class="card">
        <Logo />
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}
