/** The results of each place where recommendations are shown. */
import type { Schemas } from "../../api/client";
import { usePageContext } from "../../app/context";
import { placementName, RECOMMENDED, type Results, sumOf } from "../../figures/recommendation";
import { Card } from "../../ui/Card";
import { Empty } from "../../ui/States";
import { type Column, countColumn, Table } from "../../ui/Table";

type Day = Schemas["PlacementDay"];

interface Row extends Results {
  id: string;
  placement: string;
  group: string;
}

/** Shows the sums of the days by placement and group. */
export function Placements({ days }: { days: Day[] }) {
  const { format } = usePageContext();
  const rows = rowsOf(days);
  const shareColumn = (title: string, value: (row: Row) => number | null): Column<Row> => ({
    title,
    value,
    show: (row) => format.share(value(row)),
    number: true,
  });
  const columns: Column<Row>[] = [
    { title: "Placement", value: (row) => row.placement },
    { title: "Group", value: (row) => row.group },
    countColumn("Shown", format, (row) => row.impressions),
    countColumn("Clicks", format, (row) => row.clicks),
    shareColumn("Click-through", (row) => row.clickRate ?? null),
    countColumn("Conversions", format, (row) => row.conversions),
    shareColumn("Conversion rate", (row) => row.conversionRate ?? null),
  ];
  return (
    <Card title="By placement" definition={RECOMMENDED.clickRate}>
      {rows.length === 0 ? (
        <Empty title="No recommendations were shown in this period.">Choose a longer range above.</Empty>
      ) : (
        <Table
          caption="Results by placement"
          columns={columns}
          rows={rows}
          rowKey={(row) => row.id}
          file="recommendations-by-placement"
        />
      )}
    </Card>
  );
}

function rowsOf(days: Day[]): Row[] {
  const placements = [...new Set(days.map((day) => day.placement))];
  return placements.flatMap((placement) => {
    const own = days.filter((day) => day.placement === placement);
    const group = (name: string, results: (Results | null | undefined)[]): Row[] =>
      results.some(Boolean)
        ? [{ id: placement + name, placement: placementName(placement), group: name, ...sumOf(results) }]
        : [];
    return [
      ...group(
        "learned",
        own.map((day) => day.learned),
      ),
      ...group(
        "control",
        own.map((day) => day.control),
      ),
    ];
  });
}
