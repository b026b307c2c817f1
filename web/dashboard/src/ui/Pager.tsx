/** Lists that are read page by page with a cursor. */
import { useState } from "preact/hooks";

/** The pages seen so far: the cursor of the current one, and functions to turn pages. */
export interface Pages {
  cursor: string | undefined;
  number: number;
  next: (cursor: string) => void;
  back: () => void;
  first: () => void;
}

/** Keeps the cursors of the pages seen, so that the user can go back. Starts over when `list` changes. */
export function usePages(list: string): Pages {
  const [seen, setSeen] = useState<{ list: string; cursors: string[] }>({ list, cursors: [] });
  const cursors = seen.list === list ? seen.cursors : [];
  const setCursors = (next: string[]) => setSeen({ list, cursors: next });
  return {
    cursor: cursors.at(-1),
    number: cursors.length + 1,
    next: (cursor) => setCursors([...cursors, cursor]),
    back: () => setCursors(cursors.slice(0, -1)),
    first: () => setCursors([]),
  };
}

/** The buttons to turn pages; nothing when there is one page only. */
export function Pager({ pages, next }: { pages: Pages; next: string | null | undefined }) {
  if (pages.number === 1 && !next) return null;
  return (
    <nav class="pager" aria-label="Pages">
      <button type="button" class="button" disabled={pages.number === 1} onClick={pages.back}>
        Previous
      </button>
      <span class="muted">Page {pages.number}</span>
      <button type="button" class="button" disabled={!next} onClick={() => next && pages.next(next)}>
        Next
      </button>
    </nav>
  );
}
