/** Names of products. The lists of the API hold ids; the names of all products of a page are read with one request. */
import { useEffect, useState } from "preact/hooks";
import type { Client } from "../api/client";
import { usePageContext } from "../app/context";

/** The most ids of a request, and their characters: the API and the gateway limit both. */
const IDS_MAX = 100;
const CHARACTERS_MAX = 4_000;

/** How long a name is kept; also, that there is none. */
const KEPT_MS = 60_000;

/** Reads the names of products by their ids; the rejection of a read is a failure that the next one may mend. */
export type ReadNames = (ids: string[]) => Promise<Map<string, string | null>>;

interface Known {
  name: string | null;
  at: number;
}

/** Collects the ids that a page shows and reads their names together. A page shows ids until it has the names. */
export class ProductNames {
  private readonly known = new Map<string, Known>();
  private readonly wanted = new Set<string>();
  private readonly listeners = new Set<() => void>();
  private due: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly read: ReadNames,
    private readonly now: () => number = Date.now,
  ) {}

  /** The name of a product; undefined while it is unknown. */
  of(id: string): string | undefined {
    return this.known.get(id)?.name ?? undefined;
  }

  /** Asks for a name, unless it is known. */
  want(id: string): void {
    const known = this.known.get(id);
    const fresh = known !== undefined && this.now() - known.at < KEPT_MS;
    // The route separates ids with commas.
    if (fresh || id.includes(",") || id === "") return;
    this.wanted.add(id);
    this.due ??= setTimeout(() => void this.readAll(), 0);
  }

  /** Calls `changed` after every read, until the returned function is called. */
  watch(changed: () => void): () => void {
    this.listeners.add(changed);
    return () => this.listeners.delete(changed);
  }

  private async readAll(): Promise<void> {
    this.due = undefined;
    const ids = [...this.wanted];
    this.wanted.clear();
    await Promise.all(batches(ids).map((batch) => this.readBatch(batch)));
  }

  private async readBatch(ids: string[]): Promise<void> {
    const names = await this.read(ids).catch(() => undefined);
    // Ids stay on the page when names cannot be read; whoever shows them next asks again.
    if (names === undefined) return;
    for (const id of ids) this.known.set(id, { name: visible(names.get(id)), at: this.now() });
    for (const changed of this.listeners) changed();
  }
}

/** A name, unless it has no character that can be seen: then there is nothing to click on. */
export function visible(name: string | null | undefined): string | null {
  return name && /[^\p{Cf}\p{Cc}\p{Z}]/u.test(name) ? name : null;
}

/** The ids in requests that are short enough. */
export function batches(ids: string[]): string[][] {
  const all: string[][] = [];
  let characters = 0;
  for (const id of ids) {
    const length = encodeURIComponent(id).length + 3;
    const last = all.at(-1);
    if (last === undefined || last.length === IDS_MAX || characters + length > CHARACTERS_MAX) {
      all.push([id]);
      characters = length;
    } else {
      last.push(id);
      characters += length;
    }
  }
  return all;
}

/** Reads names from the API. */
export function namesOf(api: Client): ProductNames {
  return new ProductNames(async (ids) => {
    const { data } = await api.get("/api/v1/analytic/products", { query: { ids: ids.join(",") } });
    return new Map(data.products.map((product) => [product.requested, product.name ?? null]));
  });
}

/** The name of a product: the one given, else what the API knows; undefined while there is none. */
export function useProductName(id: string, given?: string | null): string | undefined {
  const { names } = usePageContext();
  const [, changed] = useState(0);
  useEffect(() => {
    // A route that answers null has looked.
    if (given !== undefined) return;
    names.want(id);
    return names.watch(() => changed((count) => count + 1));
  }, [names, id, given]);
  return visible(given) ?? names.of(id);
}
