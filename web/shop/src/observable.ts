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

/** An observable that survives a reload, if the browser has storage. Never for tokens. */
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
        // Without storage the value lasts as long as the page.
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
