import { afterEach, beforeEach, expect, test, vi } from "vitest";

const ISSUER = "https://issuer.example";
const CONFIGURATION = { issuer: ISSUER, client_id: "shop", scope: "openid" };
const METADATA = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/authorize`,
  token_endpoint: `${ISSUER}/token`,
  end_session_endpoint: `${ISSUER}/sign-out`,
};

/** A token without a signature: the library leaves that check to the issuer's TLS. */
function jwt(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none" })}.${part(claims)}.signature`;
}

const ID_TOKEN = jwt({ iss: ISSUER, aud: "shop", sub: "shopper", iat: 0, exp: 4_000_000_000 });
const TOKENS = { token_type: "Bearer", access_token: "access", id_token: ID_TOKEN, expires_in: 3600, scope: "openid" };
const ANSWERS: Record<string, object> = {
  "/config.json": CONFIGURATION,
  [`${ISSUER}/.well-known/openid-configuration`]: METADATA,
  [METADATA.token_endpoint]: TOKENS,
};

/** The addresses that the page goes to. */
const visited: URL[] = [];

/** A page of the shop. */
const page = {
  origin: "https://shop.example",
  pathname: "/shop/signed-in",
  href: "",
  assign: (address: string) => visited.push(new URL(address)),
};

beforeEach(() => {
  visited.length = 0;
  const entries = new Map<string, string>();
  vi.stubGlobal("location", page);
  vi.stubGlobal("history", { pushState() {}, replaceState() {} });
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => entries.get(key) ?? null,
    setItem: (key: string, value: string) => entries.set(key, value),
    removeItem: (key: string) => entries.delete(key),
    key: (index: number) => [...entries.keys()][index] ?? null,
    get length() {
      return entries.size;
    },
  });
  const window = { location: page, scrollTo() {}, addEventListener() {}, removeEventListener() {} };
  vi.stubGlobal("window", Object.assign(window, { parent: window, self: window, top: window }));
  vi.resetModules();
  vi.stubGlobal("fetch", async (address: string) => Response.json(ANSWERS[address] ?? {}));
});

afterEach(() => vi.unstubAllGlobals());

/** Starts a redirect and returns its address. A redirect never ends: the page does. */
async function redirect(start: () => Promise<void>): Promise<URL> {
  const before = visited.length;
  start();
  await vi.waitFor(() => expect(visited.length).toBe(before + 1));
  return visited[before] as URL;
}

/** A page on which a shopper has signed in. */
async function signedIn() {
  const auth = await import("./auth.js");
  const signInPage = await redirect(auth.signIn);
  page.href = `${page.origin}/shop/signed-in?code=c&state=${signInPage.searchParams.get("state")}`;
  await auth.finishSignIn();
  expect(auth.account.get()).toBe("shopper");
  return auth;
}

test("the address of the issuer's sign-out page has no token", async () => {
  const { signOut } = await signedIn();

  const signOutPage = await redirect(signOut);
  expect(Object.fromEntries(signOutPage.searchParams)).toEqual({
    client_id: "shop",
    post_logout_redirect_uri: "https://shop.example/shop/",
  });
  expect(signOutPage.origin + signOutPage.pathname).toBe(METADATA.end_session_endpoint);
});

test("a token is renewed until the issuer answers, and a refusal signs the shopper out", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] });
  const renewed = { ...TOKENS, access_token: "renewed", refresh_token: "refresh" };
  const answers = [
    Response.json({ ...TOKENS, refresh_token: "refresh", expires_in: 120 }),
    undefined,
    Response.json({ error: "temporarily_unavailable" }, { status: 503 }),
    Response.json({ ...renewed, expires_in: 120 }),
    Response.json({ error: "invalid_grant" }, { status: 400 }),
  ];
  vi.stubGlobal("fetch", async (address: string) => {
    if (address !== METADATA.token_endpoint) return Response.json(ANSWERS[address] ?? {});
    const answer = answers.shift();
    if (answer === undefined) throw new TypeError("network error");
    return answer;
  });
  const { account, token } = await signedIn();
  await vi.advanceTimersByTimeAsync(66_000);
  expect([token(), answers.length]).toEqual(["access", 3]);
  await vi.advanceTimersByTimeAsync(20_000);
  expect([token(), account.get()]).toEqual(["renewed", "shopper"]);
  await vi.advanceTimersByTimeAsync(66_000);
  expect([token(), account.get()]).toEqual([undefined, undefined]);
  expect(answers).toEqual([]);
  vi.useRealTimers();
});
