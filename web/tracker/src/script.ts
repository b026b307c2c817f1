/** The script tag: `window.shopsignal` is a tracker. Its options are the `data-*` attributes of the tag and, for functions
 *  (`token`, `onError`), `window.shopsignalOptions`. */
import { attempt } from "./attempt.js";
import { createTracker, type Tracker, type TrackerOptions } from "./index.js";

declare global {
  interface Window {
    shopsignal?: Tracker;
    shopsignalOptions?: TrackerOptions;
  }
}

const attributes: Record<string, unknown> = { ...document.currentScript?.dataset };
// `data-batch-ms="500"` is a number, `data-honor-signals="false"` a boolean, everything else a string.
for (const name in attributes) {
  attributes[name] = attempt(() => JSON.parse(attributes[name] as string)) ?? attributes[name];
}
window.shopsignal = createTracker({ ...attributes, ...window.shopsignalOptions });
