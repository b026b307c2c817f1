/** All orders by status. */
import { useQuery } from "../../api/useQuery";
import { usePageContext } from "../../app/context";
import { FIGURES } from "../../figures/definitions";
import { ordersLink } from "../../figures/links";
import { lastDays } from "../../figures/sales";
import { Card } from "../../ui/Card";
import { Meter } from "../../ui/Meter";
import { Empty, Loaded } from "../../ui/States";
import { type Column, countColumn, Table } from "../../ui/Table";
import { useToday } from "../../ui/today";

interface Row {
  status: string;
  count: number;
}

const STATUS_MS = 5_000;

/** Shows how many orders each status has; statuses without orders are left out. */
export function OrderStatus() {
  const { api, format } = usePageContext();
  const orders = useQuery("orders", (signal) => api.get("/api/analytics/orders", {}, signal), STATUS_MS);
  return (
    <Card title="Orders by status" width="half" definition={FIGURES.ordersByStatus}>
      <Loaded query={orders}>
        {({ totalOrders, ordersByStatus }) => {
          const rows = Object.entries(ordersByStatus).map(([status, count]): Row => ({ status, count: count ?? 0 }));
          const some = rows.filter((row) => row.count > 0).sort((a, b) => b.count - a.count);
          const columns: Column<Row>[] = [
            { title: "Status", value: (row) => row.status, show: (row) => <Status status={row.status} /> },
            countColumn("Orders", format, (row) => row.count),
            {
              title: "Share",
              value: (row) => row.count / totalOrders,
              show: (row) => <Meter share={row.count / totalOrders} label={`${statusName(row.status)} orders`} />,
            },
          ];
          if (some.length === 0) return <Empty title="No orders yet.">Orders appear with their first event.</Empty>;
          return (
            <Table
              caption="Orders by status"
              columns={columns}
              rows={some}
              rowKey={(row) => row.status}
              file="orders-by-status"
            />
          );
        }}
      </Loaded>
    </Card>
  );
}

/** The status, with a link to the orders of the last year in this status. */
function Status({ status }: { status: string }) {
  const { zone } = usePageContext();
  const href = ordersLink(lastDays(useToday(zone), 365), "placed", status.toLowerCase());
  return href === undefined ? <span>{statusName(status)}</span> : <a href={href}>{statusName(status)}</a>;
}

/** `PARTIALLY_REFUNDED` as a phrase. */
export function statusName(status: string): string {
  const words = status.toLowerCase().replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
