/** Restricts a list to a category or to a seller. */
import { useId, useLayoutEffect, useState } from "preact/hooks";
import { go, usePageLocation } from "../../app/location";

type Kind = "category" | "seller";

/** A field for the id of a category or a seller; the API takes one of them. */
export function Filter({ category, seller }: { category: string; seller: string }) {
  const { query } = usePageLocation();
  const current: Kind = seller === "" ? "category" : "seller";
  const [kind, setKind] = useState<Kind>(current);
  const [id, setId] = useState(category || seller);
  const [kindField, idField] = [useId(), useId()];
  // Before anybody can type: an effect after the paint would undo what was typed meanwhile.
  useLayoutEffect(() => {
    setKind(current);
    setId(category || seller);
  }, [category, seller]);
  const show = (text: string) => {
    const url = new URL(window.location.href);
    for (const name of ["category", "seller"]) url.searchParams.delete(name);
    if (text !== "") url.searchParams.set(kind, text);
    go(url.pathname + url.search);
  };
  return (
    <form
      class="inline-form"
      onSubmit={(event) => {
        event.preventDefault();
        show(id.trim());
      }}
    >
      <span class="field">
        <label for={kindField}>Filter by</label>
        <select id={kindField} value={kind} onChange={(event) => setKind(event.currentTarget.value as Kind)}>
          <option value="category">category</option>
          <option value="seller">seller</option>
        </select>
      </span>
      <span class="field">
        <label for={idField}>Category or seller id</label>
        <input id={idField} value={id} maxLength={128} onInput={(event) => setId(event.currentTarget.value)} />
      </span>
      <button type="submit" class="button">
        Show
      </button>
      {(query.has("category") || query.has("seller")) && (
        <button type="button" class="button" onClick={() => show("")}>
          All products
        </button>
      )}
    </form>
  );
}
