/** The last twelve months of sales. */
import { useMemo } from "preact/hooks";
import type { Schemas } from "../../api/client";
import { useQuery } from "../../api/useQuery";
import { usePageContext } from "../../app/context";
import { FIGURES } from "../../figures/definitions";
import { Card } from "../../ui/Card";
import { Chart, type ChartData } from "../../ui/Chart";
import { startOfDay } from "../../ui/day";
import type { Format } from "../../ui/format";
import { Loaded } from "../../ui/States";
import { type Column, countColumn, moneyColumn, Table } from "../../ui/Table";

type Month = Schemas["SalesMonth"];

const MONTHS_MS = 10_000;

/** Shows revenue by month, and a table with all figures of each. */
export function Months() {
  const { api, zone, currency, format } = usePageContext();
  const query = { months: 12, tz: zone, currency };
  const read = async (signal: AbortSignal) =>
    (await api.get("/api/v1/analytic/sales/months", { query }, signal)).data.months;
  const months = useQuery(JSON.stringify(query), read, MONTHS_MS);
  const list = months.data;
  const chart = useMemo(() => chartOf(list ?? [], zone), [list, zone]);
  const latestFirst = useMemo(() => [...(list ?? [])].reverse(), [list]);
  return (
    <>
      <Card title="Revenue by month" definition={FIGURES.revenue}>
        <Loaded query={months}>{() => <Chart data={chart} file="revenue-by-month" />}</Loaded>
      </Card>
      <Card title="Months" definition={FIGURES.ordersPaid}>
        <Loaded query={months}>
          {() => (
            <Table
              caption="Months"
              columns={columnsOf(format, currency, zone)}
              rows={latestFirst}
              rowKey={(row) => row.month}
              file="months"
            />
          )}
        </Loaded>
      </Card>
    </>
  );
}

function chartOf(months: Month[], zone: string): ChartData {
  return {
    title: "Revenue by month",
    times: months.map((month) => firstDay(month, zone)),
    step: "month",
    unit: "money",
    series: [{ name: "Revenue", values: months.map((month) => month.revenue), kind: "bars", tone: "accent" }],
  };
}

function firstDay(month: Month, zone: string): Date {
  return startOfDay(`${month.month}-01`, zone);
}

function columnsOf(format: Format, currency: string | undefined, zone: string): Column<Month>[] {
  const change = (title: string, value: (row: Month) => number | null): Column<Month> => ({
    title,
    value,
    show: (row) => format.change(value(row)),
    number: true,
  });
  return [
    { title: "Month", value: (row) => row.month, show: (row) => format.month(firstDay(row, zone)) },
    countColumn("Orders", format, (row) => row.orders),
    change("Change of orders", (row) => row.orders_change ?? null),
    moneyColumn("Revenue", format, currency, (row) => row.revenue),
    change("Change of revenue", (row) => row.revenue_change ?? null),
    moneyColumn("Average order", format, currency, (row) => row.average_order_value ?? null),
    moneyColumn("Refunds", format, currency, (row) => row.refunds),
    moneyColumn("Shipping", format, currency, (row) => row.shipping),
    moneyColumn("Tax", format, currency, (row) => row.tax),
    moneyColumn("Fees", format, currency, (row) => row.fees),
  ];
}
