import { attempt } from "./attempt.js";
import type { WireEvent } from "./event.js";
import type { TrackerOptions } from "./options.js";

/** Tells the page what went wrong, and keeps everything else from it. */
export interface Reporter {
  report(code: string, message: string, event?: WireEvent): void;
  /** The same function, which never throws: the page goes on, and hears of it as `internal`. */
  guarded<Args extends unknown[], Result>(run: (...args: Args) => Result): (...args: Args) => Result | undefined;
}

/** A reporter that calls `onError`, whatever that does. */
export function reporterOf({ onError }: TrackerOptions): Reporter {
  const report: Reporter["report"] = (code, message, event) => attempt(() => onError?.({ code, message, event }));
  const onThrow = (error: unknown) => report("internal", String(error));
  return {
    report,
    guarded:
      (run) =>
      (...args) =>
        attempt(() => run(...args), onThrow),
  };
}
