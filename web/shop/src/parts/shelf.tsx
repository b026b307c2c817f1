import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import type { Answer } from "../backend.js";
import { unwanted } from "../choices.js";
import { useValue } from "../observable.js";
import type { Entry, List } from "../recommendations.js";
import { Card } from "./card.js";

/** A list that is loaded: nothing yet, an answer, or why there is none. */
export type Loaded = Answer<List> | undefined;

/** Loads a list when the page opens, whenever `key` changes, and on request; `undefined` as a key waits. */
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
  /** How the list comes about, in a sentence. */
  note: string;
  list: [Loaded, () => void];
  /** How many products are shown at most; all when absent. */
  count?: number;
  /** What to show instead of an empty list; nothing hides the shelf. */
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

/** Only recommendations leave out what the visitor does not want to see recommended. */
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
