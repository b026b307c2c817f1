import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import type { Answer } from "../backend.js";
import { unwanted } from "../choices.js";
import { useValue } from "../observable.js";
import type { Entry, List } from "../recommendations.js";
import { Card } from "./card.js";

/** A list: undefined while it loads, then the answer or an error message. */
export type Loaded = Answer<List> | undefined;

/** Loads a list when the page opens, when `key` changes, and on retry; loads nothing while `key` is `undefined`. */
export function useList(
  key: string | undefined,
  load: (signal: AbortSignal) => Promise<Answer<List>>,
): [Loaded, () => void] {
  const [loaded, setLoaded] = useState<Loaded>();
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (key === undefined) return;
    const ending = new AbortController();
    setLoaded(undefined);
    load(ending.signal).then((answer) => ending.signal.aborted || setLoaded(answer));
    return () => ending.abort();
  }, [key, attempt]);
  return [loaded, useCallback(() => setAttempt((number) => number + 1), [])];
}

interface ShelfProps {
  title: string;
  /** A sentence on how the list is made. */
  note: string;
  list: [Loaded, () => void];
  /** How many products are shown at most; all when absent. */
  count?: number;
  /** What to show instead of an empty list; when absent, an empty shelf is hidden. */
  empty?: ComponentChildren;
}

/** A row of products with a title. */
export function Shelf({ title, note, list: [loaded, retry], count, empty }: ShelfProps) {
  const hidden = useValue(unwanted);
  const shown = loaded?.ok ? wanted(loaded.data, hidden).slice(0, count) : [];
  if (loaded?.ok && shown.length === 0 && !empty) return null;
  return (
    <section class="shelf" aria-label={title} aria-busy={!loaded}>
      <div class="shelf-head">
        <h2>{title}</h2>
        <p>{note}</p>
      </div>
      {loaded && !loaded.ok && <Failure message={loaded.message} retry={retry} />}
      {loaded?.ok && <Row list={{ ...loaded.data, entries: shown }} empty={empty} />}
      {!loaded && <Placeholders />}
    </section>
  );
}

/** Removes unwanted products, from recommendations only. */
function wanted({ recommendationId, entries }: List, hidden: string[]): Entry[] {
  return recommendationId ? entries.filter(({ product }) => !hidden.includes(product.id)) : entries;
}

function Row({ list: { recommendationId, entries }, empty }: { list: List; empty: ComponentChildren }) {
  if (entries.length === 0) return <p class="quiet">{empty}</p>;
  return (
    <ul class="row">
      {entries.map((entry) => (
        <li key={entry.product.id}>
          <Card entry={entry} recommendationId={recommendationId} />
        </li>
      ))}
    </ul>
  );
}

function Placeholders() {
  return (
    <div class="row" aria-hidden="true">
      {[1, 2, 3, 4].map((number) => (
        <div key={number} class="placeholder" />
      ))}
    </div>
  );
}

function Failure({ message, retry }: { message: string; retry: () => void }) {
  return (
    <p class="quiet" role="alert">
      This list could not be loaded. {message}{" "}
      <button type="button" class="text-button" onClick={retry}>
        Try again
      </button>
    </p>
  );
}
