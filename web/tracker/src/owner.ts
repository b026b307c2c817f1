import { attempt } from "./attempt.js";
import type { Settings, Token } from "./options.js";

/** Whose event it is: `""` for a guest, else a hash that does not reveal the account. */
export type Owner = string;

/** The owner of events that happen under a token; a token that is no text counts as none. Renewing the token does not
 *  change the owner. */
export function ownerOf(token: Token): Owner {
  if (!token || typeof token !== "string") return "";
  const payload = token.split(".")[1] ?? "";
  const claims = attempt(() => JSON.parse(atob(payload.replace(/-/g, "+").replace(/_/g, "/"))));
  return `a${hash(String(claims?.sub))}`;
}

/** Calls `use` with the token of the page: at once, or once its promise is settled. An error counts as signed out. */
export function withToken(settings: Settings, use: (token: Token) => void): void {
  const token = attempt(() => settings.token?.());
  if (!token || typeof token === "string") use(token);
  else
    Promise.resolve(token)
      .catch(() => null)
      .then(use);
}

/** FNV-1a: enough to distinguish the few accounts of one device. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) as number), 0x01000193);
  return (value >>> 0).toString(36);
}
