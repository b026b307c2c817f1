/** The preferences of the user: theme and time zone, stored in this browser. Numbers follow the browser's language. */
import { useEffect, useState } from "preact/hooks";

/** `auto` follows the system. */
export type Theme = "auto" | "light" | "dark";

/** The chosen preferences. */
export interface Preferences {
  theme: Theme;
  zone: "browser" | "UTC";
}

const KEY = "shopsignal.preferences";
const CHANGED = "shopsignal:preferences";
const DEFAULTS: Preferences = { theme: "auto", zone: "browser" };

/** Reads the preferences, with defaults for what is missing or invalid. */
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

/** Stores and applies the preferences. A browser without storage forgets them on reload. */
export function writePreferences(preferences: Preferences): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences));
  } catch {}
  applyTheme(preferences.theme);
  window.dispatchEvent(new CustomEvent(CHANGED, { detail: preferences }));
}

/** Applies the theme to the style sheets and charts. */
export function applyTheme(theme: Theme): void {
  if (theme === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

/** The preferences; the component renders again when they change. */
export function usePreferences(): Preferences {
  const [preferences, set] = useState(readPreferences);
  useEffect(() => {
    const changed = (event: Event) => set((event as CustomEvent<Preferences>).detail);
    window.addEventListener(CHANGED, changed);
    return () => window.removeEventListener(CHANGED, changed);
  }, []);
  return preferences;
}

/** Calls `listener` when the colours change, in the settings or in the system. */
export function watchTheme(listener: () => void): () => void {
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", listener);
  window.addEventListener(CHANGED, listener);
  return () => {
    system.removeEventListener("change", listener);
    window.removeEventListener(CHANGED, listener);
  };
}

/** The IANA name of the chosen time zone. */
export function zoneOf(zone: Preferences["zone"]): string {
  return zone === "UTC" ? "UTC" : Intl.DateTimeFormat().resolvedOptions().timeZone;
}
