import type { ComponentChildren, TargetedMouseEvent } from "preact";
import { type Observable, observable } from "./observable.js";

/** The base path of all pages of the shop. */
const BASE = "/shop";

/** The path of the page below the folder of the shop, such as `/product/lund-mug`. */
export const path: Observable<string> = observable(current());

window.addEventListener("popstate", () => path.set(current()));

function current(): string {
  const below = location.pathname.startsWith(BASE) ? location.pathname.slice(BASE.length) : location.pathname;
  const target = below.replace(/\/+$/, "") || "/";
  try {
    return decodeURI(target);
  } catch {
    // Not an encoded text, such as `/%`: the page that is not found says so.
    return target;
  }
}

/** The address of a page. */
export function addressOf(target: string): string {
  return `${BASE}${target}`;
}

/** Navigates to a page of the shop without a reload. */
export function go(target: string, replace = false): void {
  history[replace ? "replaceState" : "pushState"](null, "", addressOf(target));
  window.scrollTo(0, 0);
  path.set(current());
}

interface LinkProps {
  to: string;
  class?: string;
  label?: string;
  current?: boolean;
  /** Called before the page changes. */
  onGo?: (() => void) | undefined;
  children: ComponentChildren;
}

/** A link within the shop. Modified clicks are left to the browser. */
export function Link({ to, class: name, label, current, onGo, children }: LinkProps) {
  const follow = (event: TargetedMouseEvent<HTMLAnchorElement>) => {
    onGo?.();
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to);
  };
  return (
    <a
      href={addressOf(to)}
      class={name}
      aria-label={label}
      aria-current={current ? "page" : undefined}
      onClick={follow}
    >
      {children}
    </a>
  );
}
