/** What needs an operator, and why. */
import type { Schemas } from "../../api/client";
import { usePageContext } from "../../app/context";
import { link } from "../../app/location";
import { shortId } from "../../figures/finding";
import { FLOWS, reasonName, sinkName } from "../../figures/flow";
import { Card } from "../../ui/Card";
import { Empty } from "../../ui/States";
import { type Column, countColumn, Table } from "../../ui/Table";

interface Row {
  sink: string;
  reason: string;
  count: number;
  examples: Schemas["ParkedExample"][];
}

/** Shows the parked effects by reason, each with the oldest ones. */
export function Parked({ sinks }: { sinks: Schemas["SinkFlow"][] }) {
  const { format } = usePageContext();
  const rows: Row[] = sinks.flatMap(({ sink, parkedByReason }) => parkedByReason.map((group) => ({ sink, ...group })));
  const columns: Column<Row>[] = [
    { title: "Consumer", value: (row) => sinkName(row.sink) },
    { title: "Reason", value: (row) => row.reason, show: (row) => reasonName(row.reason) },
    countColumn("Parked", format, (row) => row.count),
    {
      title: "Oldest",
      value: (row) => row.examples.map(({ id }) => id).join(" "),
      show: (row) => <Examples row={row} />,
    },
  ];
  return (
    <Card title="Parked, by reason" width="two-thirds" definition={FLOWS.parked}>
      {rows.length === 0 ? (
        <Empty title="Nothing is parked.">No event or alert needs an operator.</Empty>
      ) : (
        <Table
          caption="Parked, by reason"
          columns={columns}
          rows={rows}
          rowKey={(row) => `${row.sink} ${row.reason}`}
          file="parked"
        />
      )}
    </Card>
  );
}

/** Links of events to their tracking, and of alerts to their findings. */
function Examples({ row }: { row: Row }) {
  const { format } = usePageContext();
  return (
    <ul class="examples">
      {row.examples.map(({ id, since }) => (
        <li key={`${id} ${since}`}>
          <a href={link([row.sink === "alerts" ? "alerts" : "flow", id])}>
            <code>{shortId(id)}</code>
          </a>{" "}
          <time class="muted small" dateTime={since}>
            since {format.time(since)}
          </time>
        </li>
      ))}
    </ul>
  );
}
