import { attempt } from "./attempt.js";
import type { Token } from "./options.js";

/** Whose event it is: `""` for a guest, else a mark of the account that says nothing about it. */
export type Owner = string;

/** The owner of what happens under a token. Renewing a token does not change it. */
export function ownerOf(token: Token): Owner {
  if (!token) return "";
  const payload = token.split(".")[1] ?? "";
  const claims = attempt(() => JSON.parse(atob(payload.replace(/-/g, "+").replace(/_/g, "/"))));
  return `a${hash(String(claims?.sub))}`;
}

/** Whether a callback answers later. */
export function isPromise(answer: Token | Promise<Token>): answer is Promise<Token> {
  return typeof (answer as Promise<Token> | undefined)?.then === "function";
}

/** FNV-1a: tells the few accounts of one device apart. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) as number), 0x01000193);
  return (value >>> 0).toString(36);
}
