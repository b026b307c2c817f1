/** The last 30 days, day by day. */
import { useMemo } from "preact/hooks";
import { useChoice } from "../../app/location";
import { FIGURES } from "../../figures/definitions";
import { lastDays, type SalesWindow, useSales } from "../../figures/sales";
import { Card } from "../../ui/Card";
import { Chart, type ChartData } from "../../ui/Chart";
import { Segments } from "../../ui/Choice";
import { Loaded } from "../../ui/States";

type Measure = "revenue" | "orders";

const MEASURES = [
  ["revenue", "Revenue"],
  ["orders", "Orders"],
] as const;

const DAYS_MS = 10_000;

/** Shows revenue or orders of the last 30 days. */
export function RevenueByDay({ today }: { today: string }) {
  const [measure, setMeasure] = useChoice<Measure>("daily", "revenue", MEASURES);
  const sales = useSales(lastDays(today, 30), "1d", DAYS_MS);
  const windows = sales.data;
  const data = useMemo(() => chartOf(windows ?? [], measure), [windows, measure]);
  return (
    <Card
      title="Last 30 days"
      width="half"
      definition={measure === "revenue" ? FIGURES.revenue : FIGURES.ordersPaid}
      actions={<Segments label="What is shown by day" options={MEASURES} value={measure} choose={setMeasure} />}
    >
      <Loaded query={sales} lines={6}>
        {() => <Chart data={data} file={`${measure}-by-day`} />}
      </Loaded>
    </Card>
  );
}

function chartOf(windows: SalesWindow[], measure: Measure): ChartData {
  const values = windows.map((window) => (measure === "revenue" ? window.revenue : window.orders));
  return {
    title: measure === "revenue" ? "Revenue by day" : "Orders paid by day",
    times: windows.map((window) => new Date(window.start)),
    step: "day",
    unit: measure === "revenue" ? "money" : "count",
    series: [{ name: measure === "revenue" ? "Revenue" : "Orders paid", values, kind: "bars", tone: "accent" }],
  };
}
