/** What the reader prefers: theme and time zone, kept in this browser. The language of numbers is the browser's. */
import { useEffect, useState } from "preact/hooks";

/** `auto` follows the system. */
export type Theme = "auto" | "light" | "dark";

/** The reader's choices. */
export interface Preferences {
  theme: Theme;
  zone: "browser" | "UTC";
}

const KEY = "shopsignal.preferences";
const CHANGED = "shopsignal:preferences";
const DEFAULTS: Preferences = { theme: "auto", zone: "browser" };

/** Reads the choices; those that cannot be read are the defaults. */
export function readPreferences(): Preferences {
  try {
    const stored: Partial<Preferences> = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return {
      theme: stored.theme === "light" || stored.theme === "dark" ? stored.theme : DEFAULTS.theme,
      zone: stored.zone === "UTC" ? "UTC" : DEFAULTS.zone,
    };
  } catch {
    return DEFAULTS;
  }
}

/** Stores the choices and applies them. A browser without storage forgets them at the next reload. */
export function writePreferences(preferences: Preferences): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences));
  } catch {}
  applyTheme(preferences.theme);
  window.dispatchEvent(new CustomEvent(CHANGED, { detail: preferences }));
}

/** Makes the theme visible to the style sheets and to the charts. */
export function applyTheme(theme: Theme): void {
  if (theme === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

/** The choices; the component renders again when they change. */
export function usePreferences(): Preferences {
  const [preferences, set] = useState(readPreferences);
  useEffect(() => {
    const changed = (event: Event) => set((event as CustomEvent<Preferences>).detail);
    window.addEventListener(CHANGED, changed);
    return () => window.removeEventListener(CHANGED, changed);
  }, []);
  return preferences;
}

/** Calls `listener` when the colours change: by the switch or by the system. */
export function watchTheme(listener: () => void): () => void {
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", listener);
  window.addEventListener(CHANGED, listener);
  return () => {
    system.removeEventListener("change", listener);
    window.removeEventListener(CHANGED, listener);
  };
}

/** The IANA name of a choice of zone. */
export function zoneOf(zone: Preferences["zone"]): string {
  return zone === "UTC" ? "UTC" : Intl.DateTimeFormat().resolvedOptions().timeZone;
}
