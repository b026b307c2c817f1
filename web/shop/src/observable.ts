import { useEffect, useState } from "preact/hooks";

/** A value that parts of the page follow. */
export interface Observable<T> {
  get(): T;
  set(value: T): void;
  /** Calls back after each change; returns the end of it. */
  subscribe(listener: () => void): () => void;
}

/** An observable that lives as long as the page. */
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

/** An observable that a reload keeps, where the browser has storage. Never for tokens. */
export function stored<T>(key: string, fallback: T): Observable<T> {
  const name = `shop.${key}`;
  const inner = observable(read(name, fallback));
  return {
    ...inner,
    set(value) {
      inner.set(value);
      try {
        localStorage.setItem(name, JSON.stringify(value));
      } catch {
        // Without storage the value lives as long as the page.
      }
    },
  };
}

function read<T>(name: string, fallback: T): T {
  try {
    const text = localStorage.getItem(name);
    return text === null ? fallback : JSON.parse(text);
  } catch {
    return fallback;
  }
}

/** Follows an observable in a component. */
export function useValue<T>(source: Observable<T>): T {
  const [value, setValue] = useState(source.get);
  useEffect(() => {
    const update = () => setValue(() => source.get());
    update();
    return source.subscribe(update);
  }, [source]);
  return value;
}
