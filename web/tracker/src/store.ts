import { attempt } from "./attempt.js";

/** Entries of `localStorage` with a common prefix. Without storage (private mode, full) it is empty and never throws. */
export interface Store {
  /** The value, if its JSON has the format: other scripts and other versions may write to the storage, too. */
  get(key: string, format: RegExp): unknown;
  /** Returns whether it is stored. */
  set(key: string, value: unknown): boolean | undefined;
  remove(key: string): void;
  /** The keys that begin with `keyPrefix`. */
  keys(keyPrefix: string): string[];
}

/** A store of the entries whose names begin with `prefix`. */
export function storeOf(prefix: string): Store {
  const name = (key: string) => `${prefix}.${key}`;
  return {
    get: (key, format) =>
      attempt(() => {
        const text = localStorage.getItem(name(key)) as string;
        return format.test(text) && JSON.parse(text);
      }),
    set: (key, value) =>
      attempt(() => {
        localStorage.setItem(name(key), JSON.stringify(value));
        return true;
      }),
    remove: (key) => attempt(() => localStorage.removeItem(name(key))),
    keys: (keyPrefix) =>
      attempt(() =>
        Object.keys(localStorage)
          .filter((key) => key.startsWith(name(keyPrefix)))
          .map((key) => key.slice(prefix.length + 1)),
      ) ?? [],
  };
}
