/** The score of a product as a sum of its events. */
import type { Schemas } from "../../api/client";
import { useQuery } from "../../api/useQuery";
import { usePageContext } from "../../app/context";
import { eventName, PRODUCT } from "../../figures/popularity";
import { Card } from "../../ui/Card";
import { Meter } from "../../ui/Meter";
import { Loaded } from "../../ui/States";
import { type Column, countColumn, Table } from "../../ui/Table";
import { pointsColumn } from "./Entries";

type Row = Schemas["ExplainedEvents"];
type Explanation = Schemas["Explanation"];

const SCORE_PARTS_MS = 5_000;

/** Shows what each type of event adds. */
export function ScoreParts({ id }: { id: string }) {
  const { api } = usePageContext();
  const path = { spu_id: id };
  const explanation = useQuery(
    id,
    async (signal) => (await api.get("/api/v1/analytic/popularity/{spu_id}/explain", { path }, signal)).data,
    SCORE_PARTS_MS,
  );
  return (
    <Card title="Where the score comes from" definition={PRODUCT.parts}>
      <Loaded query={explanation} lines={5}>
        {(data) => <PartsTable explanation={data} />}
      </Loaded>
    </Card>
  );
}

function PartsTable({ explanation }: { explanation: Explanation }) {
  const { format } = usePageContext();
  const { events, score } = explanation;
  const largest = Math.max(...events.map((row) => Math.abs(row.points)), 0);
  const columns: Column<Row>[] = [
    { title: "Event", value: (row) => row.event_type, show: (row) => eventName(row.event_type) },
    countColumn("Counted", format, (row) => row.counted),
    pointsColumn("Weight", format, (row) => row.weight ?? null),
    pointsColumn("Points", format, (row) => row.points),
    {
      title: "Share of the largest",
      value: (row) => Math.abs(row.points) / largest,
      show: (row) => <Meter share={Math.abs(row.points) / largest} label={eventName(row.event_type)} />,
    },
    countColumn("Capped", format, (row) => row.capped),
    countColumn("Excluded", format, (row) => row.excluded),
  ];
  return (
    <>
      <Table
        caption="Parts of the score"
        columns={columns}
        rows={events}
        rowKey={(row) => row.event_type}
        file="score-parts"
      />
      <p class="muted small">
        The points add up to the score, {format.decimal(score)}, as of {format.clock(explanation.as_of)}.
      </p>
    </>
  );
}
