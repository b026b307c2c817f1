/** The box that a page is made of. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import type { Definition } from "../figures/definitions";
import { Info } from "./Info";

/** How wide a card is in the grid of its page. */
export type Width = "quarter" | "third" | "half" | "two-thirds" | "full";

interface Props {
  title: string;
  width?: Width;
  /** The figure that the card as a whole shows. */
  definition?: Definition;
  /** Controls on the right of the title. */
  actions?: ComponentChildren;
  children: ComponentChildren;
}

/** A titled box. */
export function Card({ title, width = "full", definition, actions, children }: Props) {
  const id = useId();
  return (
    <section class={`card ${width}`} aria-labelledby={id}>
      <header class="card-header">
        <h2 id={id}>{title}</h2>
        {definition !== undefined && <Info definition={definition} />}
        {actions !== undefined && <div class="card-actions">{actions}</div>}
      </header>
      {children}
    </section>
  );
}

/** The grid of a page's cards. */
export function Grid({ children }: { children: ComponentChildren }) {
  return <div class="grid">{children}</div>;
}

/** The heading of a page, what it is about, and its controls. */
export function PageHeader({
  title,
  about,
  children,
}: {
  title: string;
  about?: ComponentChildren;
  children?: ComponentChildren;
}) {
  return (
    <header class="page-header">
      <div>
        <h1>{title}</h1>
        {about !== undefined && <p class="muted">{about}</p>}
      </div>
      {children !== undefined && <div class="page-controls">{children}</div>}
    </header>
  );
}
