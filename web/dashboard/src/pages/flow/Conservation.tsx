/** Whether every stored event is accounted for. */
import type { Schemas } from "../../api/client";
import { useSurroundings } from "../../app/context";
import { FLOWS } from "../../figures/flow";
import { Card } from "../../ui/Card";
import { Figure } from "../../ui/Figure";
import { Empty } from "../../ui/States";

const SCOPE = "conservation";

/** Shows the newest measurement as an equation. */
export function Conservation({ measured }: { measured: Schemas["FlowConservation"] | undefined }) {
  const { format } = useSurroundings();
  return (
    <Card title="Conservation" width="third" of={FLOWS.difference}>
      {measured === undefined ? (
        <Empty title="It was not measured yet.">
          It is measured once a day. “shopsignal verify” measures at once, and everything.
        </Empty>
      ) : (
        <>
          <div class="figures">
            <Figure of={FLOWS.stored} value={measured.stored} scope={SCOPE} />
            <Figure of={FLOWS.applied} value={measured.applied} scope={SCOPE} />
            <Figure of={FLOWS.measuredWaiting} value={measured.waiting} scope={SCOPE} />
            <Figure of={FLOWS.measuredParked} value={measured.parked} scope={SCOPE} />
            <Figure of={FLOWS.difference} value={measured.difference} scope={SCOPE} />
          </div>
          <p class={measured.difference === 0 ? "good" : "bad"} role="status">
            {verdict(measured.difference)}
          </p>
          <p class="muted small">As of {format.time(measured.measuredAt)}.</p>
        </>
      )}
    </Card>
  );
}

function verdict(difference: number): string {
  if (difference === 0) return "Every stored event is applied, waiting or parked.";
  const what = difference > 0 ? "are missing" : "were counted too often";
  return `${Math.abs(difference)} events ${what}. See docs/RUNBOOK.md, section conservation.`;
}
