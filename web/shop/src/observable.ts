import { useEffect, useState } from "preact/hooks";

/** A value that components can subscribe to. */
export interface Observable<T> {
  get(): T;
  set(value: T): void;
  /** Calls `listener` after each change; returns a function that ends the subscription. */
  subscribe(listener: () => void): () => void;
}

/** An observable in memory, which lasts as long as the page. */
export function observable<T>(first: T): Observable<T> {
  let current = first;
  const listeners = new Set<() => void>();
  return {
    get: () => current,
    set(value) {
      current = value;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/**
 * An observable that survives a reload, if the browser has storage. Never for tokens.
 *
 * A stored value that `isValid` refuses counts as none: another version of the page, or another page, wrote it.
 */
export function stored<T>(key: string, fallback: T, isValid: (value: unknown) => value is T): Observable<T> {
  const name = `shop.${key}`;
  const inner = observable(read(name, isValid) ?? fallback);
  return {
    ...inner,
    set(value) {
      inner.set(value);
      try {
        localStorage.setItem(name, JSON.stringify(value));
      } catch {
        // Without storage the value lasts as long as the page.
      }
    },
  };
}

/** Whether a stored value is a list of texts. */
export function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((text) => typeof text === "string");
}

function read<T>(name: string, isValid: (value: unknown) => value is T): T | undefined {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(name) ?? "null");
    return isValid(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The value of an observable; the component renders again when it changes. */
export function useValue<T>(source: Observable<T>): T {
  const [value, setValue] = useState(source.get);
  useEffect(() => {
    const update = () => setValue(() => source.get());
    update();
    return source.subscribe(update);
  }, [source]);
  return value;
}
