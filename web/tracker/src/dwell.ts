import type { WireEvent } from "./event.js";
import type { Item } from "./queue.js";

/** Measures how long the visitor looks at a product, and turns a view that was too short into a bounce. */
export interface Dwell {
  /** A view of a product begins. The item is held until it is known whether it is a view or a bounce. */
  begin(item: Item): void;
  /** Adds the dwell time to an event about the product in view, and settles the view as a view. */
  act(item: Item): void;
  /** The visitor left the product. */
  end(): void;
  /** Settles the view as it is. */
  release(): void;
  /** How long the item is still held, in milliseconds; 0 when it is not. */
  heldMs(item: Item): number;
  /** The page is shown or hidden; only visible time counts. */
  show(isShown: boolean): void;
}

/** Holds a view back for at most `bounceMs`; calls `onSettled` once the type of the item is final. */
export function dwellOf(bounceMs: number, onSettled: (item: Item) => void): Dwell {
  let viewed: Item | undefined;
  let isOpen = false;
  let isShown = globalThis.document?.visibilityState !== "hidden";
  let shownMs = 0;
  let since = 0;
  let heldUntil = 0;
  const dwellMs = () => Math.round(shownMs + (isShown ? performance.now() - since : 0));
  const addDwellTime = (event: WireEvent) => {
    event.metadata = { ...event.metadata, dwell_ms: dwellMs() };
  };
  const release = () => {
    if (isOpen && viewed) onSettled(viewed);
    isOpen = false;
  };
  const end = () => {
    if (isOpen && viewed && dwellMs() < bounceMs) {
      viewed.event.event_type = "view_bounce";
      addDwellTime(viewed.event);
    }
    release();
    viewed = undefined;
  };
  return {
    begin(item) {
      end();
      viewed = item;
      isOpen = true;
      shownMs = 0;
      since = performance.now();
      heldUntil = since + bounceMs;
      if (bounceMs <= 0) release();
    },
    act({ event }) {
      if (viewed?.event.ref_id !== event.ref_id || viewed.event.ref_type !== event.ref_type) return;
      release();
      addDwellTime(event);
    },
    end,
    release,
    heldMs(item) {
      if (item !== viewed || !isOpen) return 0;
      const left = Math.max(0, heldUntil - performance.now());
      if (!left) release();
      return left;
    },
    show(shown) {
      if (shown === isShown) return;
      if (isShown) shownMs += performance.now() - since;
      since = performance.now();
      isShown = shown;
    },
  };
}
