/** The sales of a product over time: of all sellers for administrators, the own ones for a seller. */
import { useMemo } from "preact/hooks";
import { type Query, useQuery } from "../../api/useQuery";
import { useSurroundings } from "../../app/context";
import { useParameter } from "../../app/location";
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

type Shown = "revenue" | "orders";

const SHOWN = [
  ["revenue", "Revenue"],
  ["orders", "Orders"],
] as const;

const SALES_MS = 10_000;

/** Shows revenue or orders by hour or day. */
export function Sales({ id, range }: { id: string; range: Range }) {
  const { zone, format } = useSurroundings();
  const [shown, show] = useParameter<Shown>("sales", "revenue");
  const span = spanOf(range, useToday(zone), zone);
  const sales = useProductSales(id, span);
  const windows = sales.data;
  const data = useMemo(() => chartOf(windows ?? [], shown, span.step), [windows, shown, span.step]);
  return (
    <Card
      title={shown === "revenue" ? "Revenue over time" : "Orders over time"}
      width="half"
      of={PRODUCT.sales}
      actions={<Segments label="What is shown of the sales" options={SHOWN} value={shown} choose={show} />}
    >
      <Loaded query={sales} lines={6}>
        {(all) => (
          <>
            <Chart data={data} file={`product-${shown}`} />
            <p class="muted small">
              {format.money(totalsOf(all).revenue)} in {format.count(totalsOf(all).orders)} orders in all of this time.
            </p>
          </>
        )}
      </Loaded>
    </Card>
  );
}

function useProductSales(id: string, { step, days }: Span): Query<SalesWindow[]> {
  const { api, zone, currency } = useSurroundings();
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

function chartOf(windows: SalesWindow[], shown: Shown, step: "hour" | "day"): ChartData {
  const revenue = shown === "revenue";
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
