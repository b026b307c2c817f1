/** Whether every stored event is accounted for. */
import type { Schemas } from "../../api/client";
import { usePageContext } from "../../app/context";
import { conservationOf, FLOWS } from "../../figures/flow";
import { Card } from "../../ui/Card";
import { Figure } from "../../ui/Figure";
import { Empty } from "../../ui/States";

const SCOPE = "conservation";

/** Shows the newest measurement as an equation. */
export function Conservation({ measured }: { measured: Schemas["FlowConservation"] | undefined }) {
  const { format } = usePageContext();
  const state = measured && conservationOf(measured.difference, measured.measuredAt, Date.now());
  return (
    <Card title="Conservation" width="third" definition={FLOWS.difference}>
      {measured === undefined ? (
        <Empty title="Not measured yet.">
          It is measured once a day. “shopsignal verify” measures it now, with all other invariants.
        </Empty>
      ) : (
        <>
          <div class="figures">
            <Figure definition={FLOWS.stored} value={measured.stored} scope={SCOPE} />
            <Figure definition={FLOWS.applied} value={measured.applied} scope={SCOPE} />
            <Figure definition={FLOWS.measuredWaiting} value={measured.waiting} scope={SCOPE} />
            <Figure definition={FLOWS.measuredParked} value={measured.parked} scope={SCOPE} />
            <Figure definition={FLOWS.difference} value={measured.difference} scope={SCOPE} />
          </div>
          <p class={state} role="status">
            {state === "stale" ? OUTDATED : verdict(measured.difference)}
          </p>
          <p class="muted small">As of {format.time(measured.measuredAt)}.</p>
        </>
      )}
    </Card>
  );
}

const OUTDATED =
  "No measurement for more than two days, although it is made once a day. See docs/RUNBOOK.md, section conservation.";

function verdict(difference: number): string {
  if (difference === 0) return "Every stored event is applied, waiting or parked.";
  const what = difference > 0 ? "are missing" : "were counted more than once";
  return `${Math.abs(difference)} events ${what}. See docs/RUNBOOK.md, section conservation.`;
}
