import type { JSX } from "preact";

const SHAPES = {
  heart: <path d="M12 20.5C5.5 16 3 12.6 3 9a4.8 4.8 0 0 1 9-2.3A4.8 4.8 0 0 1 21 9c0 3.6-2.5 7-9 11.5z" />,
  cart: (
    <>
      <path d="M5.5 8.5h13l-1.2 11.5H6.7z" />
      <path d="M8.8 10.5V7a3.2 3.2 0 0 1 6.4 0v3.5" fill="none" />
    </>
  ),
  person: (
    <>
      <circle cx="12" cy="8" r="4" />
      <path d="M4.5 20.5a7.5 6.5 0 0 1 15 0z" />
    </>
  ),
  plus: <path d="M12 5.5v13M5.5 12h13" />,
  minus: <path d="M5.5 12h13" />,
  cross: <path d="M6.5 6.5l11 11M17.5 6.5l-11 11" />,
  check: <path d="M5 12.5l4.5 4.5L19 7.5" fill="none" />,
  spark: <path d="M12 3l2.2 6.3L20.5 12l-6.3 2.7L12 21l-2.2-6.3L3.5 12l6.3-2.7z" />,
} satisfies Record<string, JSX.Element>;

/** An icon beside or instead of a text; never the only label of a button. */
export function Icon({ name }: { name: keyof typeof SHAPES }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      {SHAPES[name]}
    </svg>
  );
}
