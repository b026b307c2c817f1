import type { User, UserManager } from "oidc-client-ts";
import { type Observable, observable } from "./observable.js";
import { addressOf, go, path } from "./router.js";

/** The account of the shopper who is signed in. */
export const account: Observable<string | undefined> = observable(undefined);

/** The page to which the issuer sends the browser back. */
export const CALLBACK = "/signed-in";

/** How long after a renewal without an answer the next one begins; the first begins a minute before the token expires. */
const RENEWAL_RETRY_MS = 10_000;

/** The errors of an issuer that a repetition does not mend (RFC 6749, section 5.2). */
const REFUSAL = /^(invalid|unauthorized|unsupported)_/;

let manager: Promise<UserManager> | undefined;
let current: User | undefined;

/** The access token, in memory only: a reload signs out, and signing in again needs no password. */
export function token(): string | undefined {
  return current?.access_token;
}

/** Redirects to the page of the issuer. */
export async function signIn(): Promise<void> {
  await (await managerOf()).signinRedirect({ state: path.get() });
}

/** Signs out here and at the issuer. */
export async function signOut(): Promise<void> {
  leave();
  const users = await managerOf();
  // Removed first: otherwise the ID token would be in the address of the issuer's sign-out page.
  await users.removeUser();
  await users.signoutRedirect();
}

/** Finishes a sign-in and returns to the page where it began. */
export async function finishSignIn(): Promise<void> {
  const users = await managerOf();
  const user = await users.signinRedirectCallback();
  current = user;
  account.set(user.profile.sub);
  go(typeof user.state === "string" && user.state !== CALLBACK ? user.state : "/", true);
}

/** Loads the sign-in library on first use. */
function managerOf(): Promise<UserManager> {
  manager ??= createManager().catch((error) => {
    manager = undefined;
    throw error;
  });
  return manager;
}

async function createManager(): Promise<UserManager> {
  const [oidc, answer] = await Promise.all([import("oidc-client-ts"), fetch("/config.json")]);
  const { issuer, client_id, scope } = await answer.json();
  const users = new oidc.UserManager({
    authority: issuer,
    client_id,
    scope,
    redirect_uri: location.origin + addressOf(CALLBACK),
    post_logout_redirect_uri: location.origin + addressOf("/"),
    userStore: new oidc.WebStorageStateStore({ store: new oidc.InMemoryWebStorage() }),
    stateStore: new oidc.WebStorageStateStore({ store: sessionStorage }),
    automaticSilentRenew: false,
  });
  users.events.addAccessTokenExpiring(() => void renew(users));
  return users;
}

/** Renews the token until the issuer answers. When it refuses, or gave no refresh token, the shopper is signed out here. */
async function renew(users: UserManager): Promise<void> {
  const before = current;
  if (!before?.refresh_token) return leave();
  try {
    const user = await users.signinSilent();
    if (user && current === before) current = user;
  } catch (error) {
    if (current !== before) return;
    if (REFUSAL.test(String((error as { error?: unknown }).error))) return leave();
    setTimeout(() => void renew(users), RENEWAL_RETRY_MS);
  }
}

function leave(): void {
  current = undefined;
  account.set(undefined);
}
