/** Whether the browser says that its user does not want to be tracked: Do Not Track or Global Privacy Control. */
export function isObjecting(): boolean {
  const { doNotTrack, globalPrivacyControl } = navigator as Navigator & { globalPrivacyControl?: boolean };
  return doNotTrack === "1" || globalPrivacyControl === true;
}

/** What happens to a page. */
export interface PageEvents {
  /** The page is left for another, or closed. */
  gone(): void;
  /** The tab is in the background. On a phone nothing may follow. */
  hidden(): void;
  shown(): void;
  online(): void;
}

/** Listens to the page; does nothing where there is none, on a server. */
export function listen(events: PageEvents): void {
  if (!globalThis.document) return;
  addEventListener("pagehide", events.gone);
  addEventListener("online", events.online);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") events.hidden();
    else events.shown();
  });
}
