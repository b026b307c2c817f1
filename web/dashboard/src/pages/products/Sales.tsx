/** The sales of a product over time: of all sellers for administrators, their own for sellers. */
import { useMemo } from "preact/hooks";
import { type Query, useQuery } from "../../api/useQuery";
import { usePageContext } from "../../app/context";
import { useChoice } from "../../app/location";
import { PRODUCT } from "../../figures/popularity";
import type { SalesWindow } from "../../figures/sales";
import { totalsOf } from "../../figures/sales";
import { Card } from "../../ui/Card";
import { Chart, type ChartData } from "../../ui/Chart";
import { Segments } from "../../ui/Choice";
import { addDays, startOfDay } from "../../ui/day";
import { Loaded } from "../../ui/States";
import { useToday } from "../../ui/today";
import { type Range, type Span, spanOf } from "./range";

type Measure = "revenue" | "orders";

const MEASURES = [
  ["revenue", "Revenue"],
  ["orders", "Orders"],
] as const;

const SALES_MS = 10_000;

/** Shows revenue or orders by hour or day. */
export function Sales({ id, range }: { id: string; range: Range }) {
  const { zone, format } = usePageContext();
  const [measure, setMeasure] = useChoice<Measure>("sales", "revenue", MEASURES);
  const span = spanOf(range, useToday(zone), zone);
  const sales = useProductSales(id, span);
  const windows = sales.data;
  const data = useMemo(() => chartOf(windows ?? [], measure, span.step), [windows, measure, span.step]);
  return (
    <Card
      title={measure === "revenue" ? "Revenue over time" : "Orders over time"}
      width="half"
      definition={PRODUCT.sales}
      actions={<Segments label="What is shown of the sales" options={MEASURES} value={measure} choose={setMeasure} />}
    >
      <Loaded query={sales} lines={6}>
        {(all) => (
          <>
            <Chart data={data} file={`product-${measure}`} />
            <p class="muted small">
              {format.money(totalsOf(all).revenue)} in {format.count(totalsOf(all).orders)} orders in this period.
            </p>
          </>
        )}
      </Loaded>
    </Card>
  );
}

function useProductSales(id: string, { step, days }: Span): Query<SalesWindow[]> {
  const { api, zone, currency } = usePageContext();
  const query = {
    product_id: id,
    size: step === "hour" ? ("1h" as const) : ("1d" as const),
    start: startOfDay(days.first, zone).toISOString(),
    end: startOfDay(addDays(days.last, 1), zone).toISOString(),
    tz: zone,
    currency,
  };
  const read = async (signal: AbortSignal) =>
    (await api.get("/api/v1/analytic/sales/windows", { query }, signal)).data.windows;
  return useQuery(JSON.stringify(query), read, SALES_MS);
}

function chartOf(windows: SalesWindow[], measure: Measure, step: "hour" | "day"): ChartData {
  const revenue = measure === "revenue";
  return {
    title: revenue ? "Revenue over time" : "Orders over time",
    times: windows.map((window) => new Date(window.start)),
    step,
    unit: revenue ? "money" : "count",
    series: [
      {
        name: revenue ? "Revenue" : "Orders paid",
        values: windows.map((window) => (revenue ? window.revenue : window.orders)),
        kind: "bars",
        tone: "second",
      },
    ],
  };
}
