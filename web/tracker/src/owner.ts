import { attempt } from "./attempt.js";
import type { Token } from "./options.js";

/** Whose event it is: `""` for a guest, else a hash that does not reveal the account. */
export type Owner = string;

/** The owner of events that happen under a token. Renewing the token does not change the owner. */
export function ownerOf(token: Token): Owner {
  if (!token) return "";
  const payload = token.split(".")[1] ?? "";
  const claims = attempt(() => JSON.parse(atob(payload.replace(/-/g, "+").replace(/_/g, "/"))));
  return `a${hash(String(claims?.sub))}`;
}

/** Whether a callback returned a promise. */
export function isPromise(answer: Token | Promise<Token>): answer is Promise<Token> {
  return typeof (answer as Promise<Token> | undefined)?.then === "function";
}

/** FNV-1a: enough to distinguish the few accounts of one device. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) as number), 0x01000193);
  return (value >>> 0).toString(36);
}
