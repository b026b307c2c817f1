/** Whether this is a page in a browser, and not a server that renders one. */
export function isPage(): boolean {
  return typeof document === "object";
}

/** Whether the browser signals that its user does not want to be tracked: Do Not Track or Global Privacy Control. */
export function hasOptedOut(): boolean {
  const { doNotTrack, globalPrivacyControl } = navigator as Navigator & { globalPrivacyControl?: boolean };
  return doNotTrack === "1" || globalPrivacyControl === true;
}

/** Whether the browser prerenders the page: the visitor may never see it. */
export function isPrerendering(): boolean {
  return (document as Document & { prerendering?: boolean }).prerendering === true;
}

/** Events in the life of a page. */
export interface PageEvents {
  /** The page is left for another, or closed. */
  gone(): void;
  /** The tab is in the background. On a phone this may be the last event of the page. */
  hidden(): void;
  shown(): void;
  online(): void;
}

/** Listens to the page; does nothing on a server. */
export function listen(events: PageEvents): void {
  if (!isPage()) return;
  addEventListener("pagehide", events.gone);
  addEventListener("online", events.online);
  document.addEventListener("prerenderingchange", events.shown);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") events.hidden();
    else events.shown();
  });
}
