/** Actors whose events do not count. */
import type { Schemas } from "../../api/client";
import { usePageContext } from "../../app/context";
import { FLOWS } from "../../figures/flow";
import { Card } from "../../ui/Card";
import { Empty } from "../../ui/States";
import { type Column, Table } from "../../ui/Table";

type Actor = Schemas["ExcludedActor"];

/** Lists the excluded actors, newest first. */
export function Excluded({ actors }: { actors: Actor[] }) {
  const { format } = usePageContext();
  const columns: Column<Actor>[] = [
    { title: "Actor", value: (row) => row.actor, show: (row) => <code>{row.actor}</code> },
    { title: "Kind", value: (row) => row.kind },
    {
      title: "Events since",
      value: (row) => row.since ?? null,
      show: (row) => (row.since ? format.time(row.since) : "the beginning"),
    },
    { title: "Why", value: (row) => row.reason },
    { title: "By", value: (row) => row.excludedBy },
    { title: "Excluded", value: (row) => row.dateCreated, show: (row) => format.time(row.dateCreated) },
  ];
  return (
    <Card title="Excluded actors" definition={FLOWS.excluded}>
      {actors.length === 0 ? (
        <Empty title="Nobody is excluded.">
          “shopsignal exclude candidates PRODUCT” shows whose events add most to a product.
        </Empty>
      ) : (
        <Table
          caption="Excluded actors"
          columns={columns}
          rows={actors}
          rowKey={(row) => `${row.actor} ${row.dateCreated}`}
          file="excluded-actors"
        />
      )}
    </Card>
  );
}
