/**
 * Sign-in with OpenID Connect: code flow with PKCE. Tokens are only in the memory of the page, so a reload signs in again,
 * without a prompt if the issuer has a session. `sessionStorage` holds only the state and code verifier of a sign-in in
 * progress, and the flag that this tab was signed in before.
 */
import { ErrorResponse, InMemoryWebStorage, type User, UserManager, WebStorageStateStore } from "oidc-client-ts";
import { backoff } from "../api/problem";
import { readAgain } from "../api/useQuery";
import { HOME } from "../app/location";
import { type Identity, identityOf } from "./role";

/** The content of /config.json. */
export interface Configuration {
  issuer: string;
  client_id: string;
  scope: string;
}

/** The state of the sign-in. */
export type SignIn =
  | { state: "starting" }
  | { state: "signed-out"; reason: "first-visit" | "sign-out" }
  | { state: "failed"; message: string }
  | { state: "signed-in"; identity: Identity; expired: boolean };

/** The flag that this tab was signed in before: a reload then redirects to the issuer at once. */
const RETURNING = "shopsignal.returning";

/** How long before its expiry a token is renewed: attempts that fail are repeated in this time. */
const RENEWAL_SECONDS = 60;

/** The session of this page. */
export class Session {
  private user: User | undefined;
  private renewal: Promise<void> | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private current: SignIn = { state: "starting" };
  private readonly listeners = new Set<(signIn: SignIn) => void>();

  private constructor(private readonly manager: UserManager) {
    manager.events.addAccessTokenExpiring(() => void this.renew());
    // A device that slept through the minute before has its first chance to renew now.
    manager.events.addAccessTokenExpired(() => void this.renew());
    window.addEventListener("online", () => this.failures > 0 && void this.renew());
  }

  /** Reads the configuration and prepares the client of the issuer. */
  static async open(): Promise<Session> {
    const response = await fetch("/config.json", { cache: "no-cache" });
    if (!response.ok) throw new Error(`config.json: the server answered with status ${response.status}`);
    const configuration: Configuration | undefined = await response.json().catch(() => undefined);
    // A captive portal answers with a page of its own.
    if (typeof configuration?.issuer !== "string")
      throw new Error("config.json: the answer is not from the shop's server");
    return new Session(new UserManager(settings(configuration)));
  }

  /** Finishes the sign-in in the address, or starts one if this tab was signed in before. */
  async begin(): Promise<void> {
    const query = new URLSearchParams(window.location.search);
    try {
      if (query.has("state") && (query.has("code") || query.has("error"))) await this.finish();
      else if (sessionStorage.getItem(RETURNING) !== null) await this.signIn();
      else this.setState({ state: "signed-out", reason: "first-visit" });
    } catch (error) {
      this.fail(error);
    }
  }

  /** Redirects to the issuer, which redirects back to the current page. */
  async signIn(): Promise<void> {
    const path = window.location.pathname + window.location.search;
    await this.manager.signinRedirect({ state: path }).catch((error: unknown) => this.fail(error));
  }

  /** Removes the tokens and signs out at the issuer, if it supports that. */
  async signOut(): Promise<void> {
    sessionStorage.removeItem(RETURNING);
    this.user = undefined;
    clearTimeout(this.retry);
    // Removed first: otherwise the ID token would be in the address of the issuer's sign-out page.
    await this.manager.removeUser();
    const metadata = await this.manager.metadataService.getMetadata().catch(() => undefined);
    if (metadata?.end_session_endpoint === undefined) return this.setState({ state: "signed-out", reason: "sign-out" });
    // Cognito's name for post_logout_redirect_uri. The client's id is sent by the library.
    const extraQueryParams = { logout_uri: redirectUri() };
    await this.manager.signoutRedirect({ extraQueryParams }).catch((error: unknown) => this.fail(error));
  }

  /** The access token, renewed if it has expired; undefined if that fails. */
  async token(): Promise<string | undefined> {
    if (this.user?.expired) await this.renew();
    return this.user?.expired ? undefined : this.user?.access_token;
  }

  /** The API refused this token. An answer to a former one, which arrives after the renewal, says nothing about the sign-in. */
  refused(token: string | undefined): void {
    if (token === this.user?.access_token) this.expire();
  }

  /** Marks the sign-in as expired: the page stays and offers to sign in again. */
  private expire(): void {
    if (this.current.state === "signed-in" && !this.current.expired) this.setState({ ...this.current, expired: true });
  }

  /** Calls `listener` now and at every change, until the returned function is called. */
  watch(listener: (signIn: SignIn) => void): () => void {
    this.listeners.add(listener);
    listener(this.current);
    return () => this.listeners.delete(listener);
  }

  private async finish(): Promise<void> {
    const user = await this.manager.signinCallback();
    if (user === undefined) throw new Error("the answer of the sign-in page is incomplete");
    const path = typeof user.state === "string" && user.state.startsWith(HOME) ? user.state : HOME;
    window.history.replaceState(null, "", path);
    this.signedIn(user);
  }

  private signedIn(user: User): void {
    this.user = user;
    this.failures = 0;
    sessionStorage.setItem(RETURNING, "1");
    this.setState({ state: "signed-in", identity: identityOf(user.access_token), expired: false });
  }

  /** Renews the token, in one attempt at a time; marks the sign-in as expired if the token is no longer valid then. */
  private renew(): Promise<void> {
    this.renewal ??= this.attempt().finally(() => {
      this.renewal = undefined;
      if (this.user?.expired) this.expire();
    });
    return this.renewal;
  }

  /**
   * Tries the refresh token, if there is one. A hidden frame is not used, because the CSP allows no frames. Without an answer
   * of the issuer, it is tried again later, also after the expiry: the sign-in may be valid for much longer than the token.
   */
  private async attempt(): Promise<void> {
    clearTimeout(this.retry);
    const before = this.user;
    if (before?.refresh_token === undefined) return;
    try {
      const user = await this.manager.signinSilent();
      if (user === null || this.user !== before) return;
      this.signedIn(user);
      readAgain();
    } catch (error) {
      if (this.user !== before) return;
      if (isFinal(error)) {
        delete before.refresh_token;
        return this.expire();
      }
      this.failures += 1;
      this.retry = setTimeout(() => void this.renew(), backoff(this.failures));
    }
  }

  private fail(error: unknown): void {
    sessionStorage.removeItem(RETURNING);
    window.history.replaceState(null, "", HOME);
    this.setState({ state: "failed", message: error instanceof Error ? error.message : String(error) });
  }

  private setState(signIn: SignIn): void {
    this.current = signIn;
    for (const listener of this.listeners) listener(signIn);
  }
}

/** Whether the issuer refused the refresh token: one of the errors of RFC 6749, section 5.2. */
function isFinal(error: unknown): boolean {
  return error instanceof ErrorResponse && /^(invalid|unauthorized|unsupported)_/.test(error.error ?? "");
}

function redirectUri(): string {
  return window.location.origin + HOME;
}

function settings(configuration: Configuration) {
  return {
    authority: configuration.issuer,
    client_id: configuration.client_id,
    scope: configuration.scope,
    redirect_uri: redirectUri(),
    post_logout_redirect_uri: redirectUri(),
    userStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
    stateStore: new WebStorageStateStore({ store: sessionStorage, prefix: "shopsignal." }),
    automaticSilentRenew: false,
    accessTokenExpiringNotificationTimeInSeconds: RENEWAL_SECONDS,
  };
}
