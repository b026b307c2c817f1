import { attempt } from "./attempt.js";
import type { WireEvent } from "./event.js";
import type { Settings } from "./options.js";

/** Reports errors to the page, and keeps exceptions away from it. */
export interface Reporter {
  report(code: string, message: unknown, event?: WireEvent): void;
  /** Wraps a function so that it never throws: the page gets an `internal` error instead. */
  guarded<Args extends unknown[], Result>(run: (...args: Args) => Result): (...args: Args) => Result | undefined;
}

/** A reporter that calls `onError`, even if `onError` throws. */
export function reporterOf({ onError }: Settings): Reporter {
  const report: Reporter["report"] = (code, message, event) =>
    // Within `attempt`, because even `String` throws, for an object without a prototype.
    attempt(() => onError?.({ code, message: String(message), event }));
  const onThrow = (error: unknown) => report("internal", error);
  return {
    report,
    guarded:
      (run) =>
      (...args) =>
        attempt(() => run(...args), onThrow),
  };
}
