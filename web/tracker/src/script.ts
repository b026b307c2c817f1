/** The script tag: `window.shopsignal` is a tracker. Its options are the `data-*` attributes of the tag and, for functions
 *  (`token`, `onError`), `window.shopsignalOptions`. */
import { createTracker, type Tracker, type TrackerOptions } from "./index.js";

declare global {
  interface Window {
    shopsignal?: Tracker;
    shopsignalOptions?: TrackerOptions;
  }
}

window.shopsignal = createTracker({ ...document.currentScript?.dataset, ...window.shopsignalOptions });
