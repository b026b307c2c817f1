/** Runs what may throw: storage that is switched off, callbacks of the page, text of others. */
export function attempt<T>(run: () => T, onThrow?: (error: unknown) => void): T | undefined {
  try {
    return run();
  } catch (error) {
    onThrow?.(error);
    return undefined;
  }
}

/** The bytes of a text as it is sent. */
export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
