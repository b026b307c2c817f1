/** The sales of the signed-in seller. Requests never name a seller. */
import { useMemo } from "preact/hooks";
import type { Schemas } from "../../api/client";
import { type Query, useQuery } from "../../api/useQuery";
import { usePageContext } from "../../app/context";
import { useChoice } from "../../app/location";
import { FIGURES } from "../../figures/definitions";
import { Card, Grid, PageHeader } from "../../ui/Card";
import { Chart, type ChartData } from "../../ui/Chart";
import { Segments } from "../../ui/Choice";
import { Loaded } from "../../ui/States";
import { useToday } from "../../ui/today";
import { OwnFigures } from "./OwnFigures";
import { OwnProducts } from "./OwnProducts";
import { Ranking } from "./Ranking";
import { RANGES, type Range, spanOf, stepOf } from "./range";

/** The answer of the seller's route. */
export type Dashboard = Schemas["SellerDashboard"];

const DASHBOARD_MS = 5_000;

/** Shows the seller's figures, charts and products. */
export function OwnSales() {
  const { zone } = usePageContext();
  const [range, choose] = useChoice<Range>("range", "30", RANGES);
  const today = useToday(zone);
  const { days, start, end } = spanOf(range, today, zone);
  const dashboard = useDashboard(start, end, stepOf(range));
  return (
    <>
      <PageHeader title="Your sales" about={`The last ${range} days, including today. Days are in ${zone}.`}>
        <Segments label="Range of time" options={RANGES} value={range} choose={choose} />
      </PageHeader>
      <Loaded query={dashboard} lines={8}>
        {(data) => (
          <Grid>
            <OwnFigures dashboard={data} days={days} />
            <Charts dashboard={data} range={range} />
            <OwnProducts dashboard={data} />
            <Ranking />
          </Grid>
        )}
      </Loaded>
    </>
  );
}

function useDashboard(start: string, end: string, granularity: "day" | "week" | "month"): Query<Dashboard> {
  const { api, zone, currency } = usePageContext();
  const query = { start, end, granularity, tz: zone, currency };
  const read = async (signal: AbortSignal) =>
    (await api.get("/api/v1/analytic/seller-dashboard", { query }, signal)).data;
  return useQuery(JSON.stringify(query), read, DASHBOARD_MS);
}

function Charts({ dashboard, range }: { dashboard: Dashboard; range: Range }) {
  const { charts } = dashboard;
  const revenue = useMemo(() => chartOf("Revenue", "money", charts.revenue, range), [charts.revenue, range]);
  const orders = useMemo(() => chartOf("Orders paid", "count", charts.orders, range), [charts.orders, range]);
  return (
    <>
      <Card title="Revenue" width="half" definition={FIGURES.sellerRevenue}>
        <Chart data={revenue} file="your-revenue" />
      </Card>
      <Card title="Orders paid" width="half" definition={FIGURES.sellerOrders}>
        <Chart data={orders} file="your-orders" />
      </Card>
    </>
  );
}

function chartOf(name: string, unit: ChartData["unit"], points: Schemas["Point"][], range: Range): ChartData {
  return {
    title: name,
    times: points.map((point) => new Date(point.date)),
    step: stepOf(range),
    unit,
    series: [
      { name, values: points.map((point) => point.value), kind: "bars", tone: unit === "money" ? "accent" : "second" },
    ],
  };
}
