/** The flow of events, for operators: one event, waiting and parked effects, conservation, and excluded actors. */
import { LIVE_MS, useQuery } from "../../api/useQuery";
import { usePageContext } from "../../app/context";
import type { PageProps } from "../../app/pages";
import { Grid, PageHeader } from "../../ui/Card";
import { Loaded } from "../../ui/States";
import { BackEnd } from "./BackEnd";
import { Conservation } from "./Conservation";
import { DeadLetters } from "./DeadLetters";
import { Excluded } from "./Excluded";
import { Parked } from "./Parked";
import { Sinks } from "./Sinks";
import { TrackedEvent } from "./TrackedEvent";

/** The page of the flow, for administrators. */
export default function Flow({ rest }: PageProps) {
  const { api } = usePageContext();
  const flow = useQuery("flow", (signal) => api.get("/api/analytics/flow", {}, signal), LIVE_MS);
  return (
    <>
      <PageHeader title="Flow" about="Events on their way from the log to scores, catalog and alerts.">
        <span class="live">live</span>
      </PageHeader>
      <Grid>
        <TrackedEvent id={rest[0]} />
        <Loaded query={flow} lines={8}>
          {(data) => (
            <>
              <Sinks sinks={data.sinks} />
              <Parked sinks={data.sinks} />
              <DeadLetters queues={data.deadLetters} />
              <Conservation measured={data.conservation ?? undefined} />
              <BackEnd />
              <Excluded actors={data.excluded} />
            </>
          )}
        </Loaded>
      </Grid>
    </>
  );
}
