/** Who is signed in, from the same claims that the API reads. The API authorizes; this only chooses what to show. */

/** An admin sees the whole shop; a member their own sales, if the account has any. */
export type Role = "admin" | "member";

/** The account of a token and what it may see. */
export interface Identity {
  account: string;
  role: Role;
}

/** Reads the identity from an access token (a JWT), without verifying it: the API does that. */
export function identityOf(accessToken: string): Identity {
  const claims = claimsOf(accessToken);
  const account = typeof claims["sub"] === "string" ? claims["sub"] : "";
  const groups = words(claims["cognito:groups"]);
  const scopes = [...words(claims["scope"]), ...words(claims["scp"])];
  return { account, role: groups.includes("admin") || scopes.includes("analytic/admin") ? "admin" : "member" };
}

function claimsOf(token: string): Record<string, unknown> {
  const payload = token.split(".")[1] ?? "";
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll("-", "+").replaceAll("_", "/")), (char) =>
      char.charCodeAt(0),
    );
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === "object" && claims !== null ? (claims as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** A claim that is a list or a string of words separated by spaces. */
function words(claim: unknown): string[] {
  if (typeof claim === "string") return claim.split(" ");
  return Array.isArray(claim) ? claim.filter((word): word is string => typeof word === "string") : [];
}
