import { type Observable, observable, useValue } from "../observable.js";

/** How long a message stays. */
const SHOWN_MS = 3500;

const message: Observable<string> = observable("");
let end: number | undefined;

/** Announces the result of an action, also to screen readers. */
export function announce(text: string): void {
  clearTimeout(end);
  message.set(text);
  end = window.setTimeout(() => message.set(""), SHOWN_MS);
}

/** Where messages appear. */
export function Announcer() {
  const text = useValue(message);
  return (
    <div class="announcer" role="status">
      {text && <p class="toast">{text}</p>}
    </div>
  );
}
