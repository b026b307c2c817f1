/** The (i) button that explains a figure. */
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Definition } from "../figures/definitions";

/** A button that shows the definition of a figure; Escape or a click elsewhere hides it. */
export function Info({ definition }: { definition: Definition }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const box = useRef<HTMLSpanElement>(null);
  // Not useEffect, which runs after the next frame: a key that is pressed before would be missed.
  useLayoutEffect(() => (open ? dismissal(box.current, () => setOpen(false)) : undefined), [open]);
  return (
    <span class="info" ref={box}>
      <button
        type="button"
        class="info-button"
        aria-label={`What is “${definition.name}”?`}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        i
      </button>
      <span class="info-text" id={id} role="note" hidden={!open}>
        {definition.meaning}
        <code>{definition.source}</code>
      </span>
    </span>
  );
}

function dismissal(box: HTMLElement | null, close: () => void): () => void {
  const key = (event: KeyboardEvent) => event.key === "Escape" && close();
  const click = (event: Event) => !(event.target instanceof Node && box?.contains(event.target)) && close();
  document.addEventListener("keydown", key);
  document.addEventListener("click", click);
  return () => {
    document.removeEventListener("keydown", key);
    document.removeEventListener("click", click);
  };
}
