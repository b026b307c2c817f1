/** The events of the shop's back end, by type. */
import type { Schemas } from "../../api/client";
import { useQuery } from "../../api/useQuery";
import { usePageContext } from "../../app/context";
import { useChoice } from "../../app/location";
import { FLOWS } from "../../figures/flow";
import { lastDays } from "../../figures/sales";
import { Card } from "../../ui/Card";
import { Segments } from "../../ui/Choice";
import { addDays } from "../../ui/day";
import { Empty, Loaded } from "../../ui/States";
import { type Column, countColumn, Table } from "../../ui/Table";
import { useToday } from "../../ui/today";

type Row = Schemas["EventCount"];

const RANGES = [
  ["1", "Today"],
  ["7", "7 days"],
  ["30", "30 days"],
] as const;

const EVENTS_MS = 5_000;

/** Shows how many events of each type arrived. */
export function BackEnd() {
  const { api, zone, format } = usePageContext();
  const [range, choose] = useChoice("events", "7", RANGES);
  const days = lastDays(useToday(zone), Number(range));
  const query = { from: days.first, to: addDays(days.last, 1), tz: zone };
  const events = useQuery(
    JSON.stringify(query),
    async (signal) => (await api.get("/api/analytics/events", { query }, signal)).eventCounts,
    EVENTS_MS,
  );
  const columns: Column<Row>[] = [
    { title: "Event", value: (row) => row.eventType, show: (row) => <code>{row.eventType}</code> },
    { title: "Service", value: (row) => row.service, show: (row) => row.service || "–" },
    countColumn("Events", format, (row) => row.count),
  ];
  return (
    <Card
      title="Back-end events"
      definition={FLOWS.backEnd}
      actions={<Segments label="Range of the events" options={RANGES} value={range} choose={choose} />}
    >
      <Loaded query={events} lines={5}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title="No events in this period.">Choose a longer range above.</Empty>
          ) : (
            <Table
              caption="Back-end events"
              columns={columns}
              rows={rows}
              rowKey={(row) => `${row.service} ${row.eventType}`}
              file="back-end-events"
            />
          )
        }
      </Loaded>
    </Card>
  );
}
