/** Customers by total spending. */
import type { Schemas } from "../../api/client";
import { type Query, useQuery } from "../../api/useQuery";
import { usePageContext } from "../../app/context";
import { FIGURES } from "../../figures/definitions";
import { Card } from "../../ui/Card";
import { Figure } from "../../ui/Figure";
import type { Format } from "../../ui/format";
import { Meter } from "../../ui/Meter";
import { Empty, Loaded } from "../../ui/States";
import { type Column, countColumn, moneyColumn, Table } from "../../ui/Table";

type Answer = Schemas["CustomerSegments"];
type Segment = Schemas["CustomerSegment"];

const SEGMENTS_MS = 10_000;

/** Shows the segments of the chosen currency. */
export function Segments() {
  const segments = useSegments();
  return (
    <Card title="Customers by spending" definition={FIGURES.segmentCustomers}>
      <Loaded query={segments}>{(answer) => <SegmentFigures answer={answer} />}</Loaded>
    </Card>
  );
}

function useSegments(): Query<Answer> {
  const { api, currency } = usePageContext();
  const query = { currency };
  const path = "/api/v1/analytic/sales/customer-segments";
  return useQuery(`segments ${currency}`, async (signal) => (await api.get(path, { query }, signal)).data, SEGMENTS_MS);
}

function SegmentFigures({ answer }: { answer: Answer }) {
  const { format } = usePageContext();
  const customers = answer.segments.reduce((sum, segment) => sum + segment.customers, 0);
  const revenue = answer.segments.reduce((sum, segment) => sum + segment.revenue, 0);
  const scope = `customers ${answer.currency}`;
  if (customers === 0) return <Empty title="Nobody has paid yet.">Customers appear with their first paid order.</Empty>;
  return (
    <>
      <div class="figures">
        <Figure definition={FIGURES.segmentCustomers} value={customers} scope={scope} />
        <Figure definition={FIGURES.segmentRevenue} value={revenue} scope={scope} />
      </div>
      <Table
        caption="Customers by spending"
        columns={columnsOf(answer, format, customers)}
        rows={answer.segments}
        rowKey={(row) => row.segment}
        file="customer-segments"
      />
    </>
  );
}

function columnsOf(answer: Answer, format: Format, customers: number): Column<Segment>[] {
  return [
    { title: "Segment", value: (row) => row.segment, show: (row) => nameOf(row, answer, format) },
    countColumn("Customers", format, (row) => row.customers),
    {
      title: "Share",
      value: (row) => row.customers / customers,
      show: (row) => <Meter share={row.customers / customers} label={`${row.segment}: customers`} />,
    },
    countColumn("Orders", format, (row) => row.orders),
    moneyColumn("Spent", format, answer.currency, (row) => row.revenue),
    moneyColumn("Average", format, answer.currency, (row) => row.average_revenue),
  ];
}

/** The name of a segment, with its threshold. */
function nameOf(row: Segment, { thresholds, currency }: Answer, format: Format) {
  if (!thresholds) return row.segment;
  const from = (minor: number) => `from ${format.money(minor, currency)}`;
  const limits: Record<string, string> = {
    High: from(thresholds.high),
    Medium: from(thresholds.medium),
    Low: `below ${format.money(thresholds.medium, currency)}`,
  };
  return (
    <>
      {row.segment} <span class="muted small">{limits[row.segment]}</span>
    </>
  );
}
