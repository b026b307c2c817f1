/** Runs code that may throw (disabled storage, callbacks of the page, parsing), and returns `undefined` if it does. */
export function attempt<T>(run: () => T, onThrow?: (error: unknown) => void): T | undefined {
  try {
    return run();
  } catch (error) {
    onThrow?.(error);
    return undefined;
  }
}

/** The size of a text in UTF-8. */
export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
