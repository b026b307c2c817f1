/** The current location: the path below /dashboard/ and its parameters. Everything that is shown has a link. */
import { useEffect, useState } from "preact/hooks";

/** The path of the dashboard. */
export const HOME = "/dashboard/";

/** A location in the dashboard. */
export interface PageLocation {
  /** The decoded segments of the path below HOME. */
  segments: string[];
  query: URLSearchParams;
}

const LOCATION_CHANGED = "shopsignal:location-changed";

/**
 * The address of a page. Segments may contain any character; undefined parameters are left out. The chosen currency is
 * kept, so that all pages show the same one.
 */
export function link(segments: string | string[], query: Record<string, string | undefined> = {}): string {
  const list = typeof segments === "string" ? segments.split("/") : segments;
  const path = HOME + list.map(encodeURIComponent).join("/");
  const parameters = new URLSearchParams();
  const currency = new URLSearchParams(window.location.search).get("currency") ?? undefined;
  for (const [name, value] of Object.entries({ currency, ...query }))
    if (value !== undefined) parameters.set(name, value);
  return parameters.size > 0 ? `${path}?${parameters}` : path;
}

/** The location of an address. */
export function pageLocationOf(url: URL): PageLocation {
  const rest = url.pathname.startsWith(HOME) ? url.pathname.slice(HOME.length) : "";
  const segments = rest
    .split("/")
    .filter((segment) => segment !== "")
    .map(decode);
  return { segments, query: url.searchParams };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Navigates to an address of the dashboard. `replace` adds no entry to the history. */
export function go(address: string, how: "push" | "replace" = "push"): void {
  if (how === "push") window.history.pushState(null, "", address);
  else window.history.replaceState(null, "", address);
  window.dispatchEvent(new Event(LOCATION_CHANGED));
}

/** The current location; the component renders again when it changes. */
export function usePageLocation(): PageLocation {
  const [href, setHref] = useState(window.location.href);
  useEffect(() => {
    const update = () => setHref(window.location.href);
    for (const event of ["popstate", LOCATION_CHANGED]) window.addEventListener(event, update);
    update();
    return () => {
      for (const event of ["popstate", LOCATION_CHANGED]) window.removeEventListener(event, update);
    };
  }, []);
  return pageLocationOf(new URL(href));
}

/** A text in the address as state. Setting it to "" removes it from the address. */
export function useText(name: string): [string, (value: string) => void] {
  return useParameter(name, "", (value) => value);
}

/**
 * A choice in the address as state. Setting it to `initial` removes it from the address. An address may be old or cut off,
 * so what is none of the choices counts as `initial`.
 */
export function useChoice<T extends string>(
  name: string,
  initial: T,
  choices: readonly (readonly [T, ...unknown[]])[],
): [T, (value: T) => void] {
  return useParameter(name, initial, (value) => choices.find(([choice]) => choice === value)?.[0] ?? initial);
}

function useParameter<T extends string>(name: string, initial: T, read: (value: string) => T): [T, (value: T) => void] {
  const { query } = usePageLocation();
  const set = (value: T) => {
    const url = new URL(window.location.href);
    if (value === initial) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
    go(url.pathname + url.search, "replace");
  };
  const value = query.get(name);
  return [value === null ? initial : read(value), set];
}

/** Makes links within the dashboard navigate without a reload. */
export function followLinks(): void {
  document.addEventListener("click", (event) => {
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    const anchor = event.target instanceof Element ? event.target.closest("a") : null;
    if (anchor === null || anchor.target !== "" || anchor.hasAttribute("download")) return;
    if (anchor.origin !== window.location.origin || !anchor.pathname.startsWith(HOME) || anchor.hash !== "") return;
    event.preventDefault();
    go(anchor.pathname + anchor.search);
    window.scrollTo(0, 0);
  });
}
