/** One figure: name, definition, value, comparison, and a link to the orders or events behind it. */
import { usePageContext } from "../app/context";
import type { Definition, Unit } from "../figures/definitions";
import { type Format, NONE } from "./format";
import { Info } from "./Info";

/** How a figure compares with an earlier one. */
export interface Comparison {
  /** Undefined while loading, null when the earlier figure was 0. */
  percent: number | null | undefined;
  /** What the figure is compared with: `from 8 yesterday`. */
  from: string;
  /** The text when the earlier figure was 0: `none yesterday`. */
  none: string;
}

interface Props {
  definition: Definition;
  /** Money in minor units, shares from 0 to 1. Undefined while loading, null when there is none. */
  value: number | null | undefined;
  /** What the figure is about: the same figure with the same scope is the same number on every page. */
  scope: string;
  change?: Comparison;
  /** A sentence below the figure. */
  note?: string;
  /** The page with the orders or events behind the figure. */
  href?: string | undefined;
}

/** Shows a figure. */
export function Figure({ definition, value, scope, change, note, href }: Props) {
  const { format } = usePageContext();
  const text = value === undefined ? undefined : write(format, definition.unit, value);
  return (
    <div class="figure" data-figure={definition.id} data-scope={scope} data-value={value ?? undefined}>
      <div class="figure-name">
        {definition.name} <Info definition={definition} />
      </div>
      <div class="figure-value">
        {text === undefined ? <Placeholder /> : href === undefined ? text : <a href={href}>{text}</a>}
      </div>
      {change !== undefined && value !== undefined && <Change {...change} />}
      {note !== undefined && <div class="figure-note">{note}</div>}
    </div>
  );
}

/** Formats a value by its unit. */
export function write(format: Format, unit: Unit, value: number | null): string {
  if (value === null) return NONE;
  if (unit === "money") return format.money(value);
  if (unit === "share") return format.share(value);
  if (unit === "duration") return format.duration(value);
  return unit === "score" ? format.decimal(value) : format.count(value);
}

function Placeholder() {
  return (
    <span class="placeholder">
      <span class="visually-hidden">loading</span>
    </span>
  );
}

/** A change in percent: an arrow, the number, and what it is compared with. */
function Change({ percent, from, none }: Comparison) {
  const { format } = usePageContext();
  if (percent === undefined) return null;
  if (percent === null) return <div class="figure-change muted">{none}</div>;
  return (
    <div class="figure-change">
      <span class={percent === 0 ? "" : percent > 0 ? "good" : "bad"}>
        <Arrow percent={percent} /> {format.change(percent)}
      </span>{" "}
      <span class="muted">{from}</span>
    </div>
  );
}

/** An arrow up or down, or a dash. Drawn, because not every font has arrows. */
function Arrow({ percent }: { percent: number }) {
  const path = percent > 0 ? "M2 8l4-5 4 5z" : percent < 0 ? "M2 4l4 5 4-5z" : "M2 5h8v2H2z";
  return (
    <svg class="arrow" viewBox="0 0 12 12" width="11" height="11" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}
