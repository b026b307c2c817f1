/** What is waiting for each consumer. */
import type { Schemas } from "../../api/client";
import { FLOWS, sinkName } from "../../figures/flow";
import { Card } from "../../ui/Card";
import { Figure } from "../../ui/Figure";

type Sink = Schemas["SinkFlow"];

const ABOUT: Record<string, string> = {
  popularity: "Events on their way into the scores.",
  catalog: "Events on their way to the recommender of the shop.",
  alerts: "Findings on their way to webhooks.",
};

/** Shows a card per consumer. */
export function Sinks({ sinks }: { sinks: Sink[] }) {
  return (
    <>
      {sinks.map((sink) => (
        <Card key={sink.sink} title={sinkName(sink.sink)} width="third" definition={FLOWS.waiting}>
          <p class="muted about">{ABOUT[sink.sink]}</p>
          <div class="figures">
            <Figure definition={FLOWS.waiting} value={sink.waiting} scope={sink.sink} />
            <Figure
              definition={FLOWS.oldest}
              value={sink.waiting === 0 ? null : sink.oldestSeconds}
              scope={sink.sink}
            />
            <Figure definition={FLOWS.parked} value={sink.parked} scope={sink.sink} />
          </div>
        </Card>
      ))}
    </>
  );
}
