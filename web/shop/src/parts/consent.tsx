import { useValue } from "../observable.js";
import { consent, decide } from "../tracking.js";

/** Asks once whether visits may be counted. Until then the tracker keeps events in memory. */
export function ConsentBanner() {
  if (useValue(consent) !== "pending") return null;
  return (
    <section class="consent" aria-label="Consent">
      <p>
        <strong>May we count what you look at?</strong> Shopsignal then recommends what suits you. Nothing leaves this
        page before you decide, and the shop works either way.
      </p>
      <div class="consent-choices">
        <button type="button" class="button quiet-button" onClick={() => decide("denied")}>
          No, thanks
        </button>
        <button type="button" class="button" onClick={() => decide("granted")}>
          Yes, please
        </button>
      </div>
    </section>
  );
}

/** Lets the visitor change the decision. */
export function ConsentSwitch() {
  const decision = useValue(consent);
  if (decision === "pending") return null;
  return (
    <button type="button" class="text-button" onClick={() => decide(decision === "granted" ? "denied" : "granted")}>
      {decision === "granted" ? "Stop counting my visit" : "Count my visit"}
    </button>
  );
}
