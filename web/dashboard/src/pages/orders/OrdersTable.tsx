/** The table of orders. */
import { usePageContext } from "../../app/context";
import { shortId } from "../../figures/finding";
import type { Order } from "../../figures/orders";
import type { Format } from "../../ui/format";
import { exactOf } from "../../ui/money";
import { Product } from "../../ui/Product";
import { type Column, Table } from "../../ui/Table";
import "../../styles/orders.css";
import type { Filter } from "./filter";

/** Lists orders. For a seller, the API returns only the seller's lines and no amounts of the whole order. */
export function OrdersTable({ orders, filter }: { orders: Order[]; filter: Filter }) {
  const { format } = usePageContext();
  const { ofSeller, currency } = filter;
  const amount = (title: string, value: (row: Order) => number | null) => amountColumn(title, format, currency, value);
  const whole: Column<Order>[] = [
    amount("Paid", (row) => row.paid ?? null),
    amount("Refunds", (row) => row.refunds ?? null),
    { title: "Method", value: (row) => row.payment_method ?? null, show: (row) => row.payment_method ?? "–" },
  ];
  const columns: Column<Order>[] = [
    time("Placed at", format, (row) => row.placed_at ?? null),
    time("Paid at", format, (row) => row.paid_at ?? null),
    {
      title: "Order",
      value: (row) => row.order_id,
      show: (row) => (
        <code class="order-id" title={row.order_id}>
          {shortId(row.order_id)}
        </code>
      ),
    },
    { title: "Status", value: (row) => row.status, show: (row) => <span class="badge">{row.status}</span> },
    amount(ofSeller ? "Total of the lines" : "Total", (row) => row.total ?? null),
    ...(ofSeller ? [] : whole),
    ...(currency === undefined ? [{ title: "Currency", value: (row: Order) => row.currency ?? null }] : []),
    { title: "Items", value: linesText, show: (row) => <Lines order={row} /> },
  ];
  return <Table caption="Orders" columns={columns} rows={orders} rowKey={(row) => row.order_id} file="orders" />;
}

/** A column of amounts, each in the currency of its order; in CSV as exact numbers in the major unit. */
function amountColumn(
  title: string,
  format: Format,
  currency: string | undefined,
  value: (row: Order) => number | null,
): Column<Order> {
  const exact = (row: Order) => exactOf(value(row), row.currency);
  return {
    title,
    value,
    show: (row) => format.money(value(row), row.currency),
    number: true,
    csv: { title: currency === undefined ? title : `${title} (${currency})`, value: exact },
  };
}

function time(title: string, format: Format, value: (row: Order) => string | null): Column<Order> {
  return { title, value, show: (row) => <span class="moment">{format.time(value(row))}</span> };
}

function linesText(order: Order): string {
  return order.lines.map((line) => `${line.quantity} x ${line.name ?? line.product_id}`).join("; ");
}

/** The first lines of an order. */
function Lines({ order }: { order: Order }) {
  const { format } = usePageContext();
  const more = order.line_count - order.lines.length;
  return (
    <ul class="lines">
      {order.lines.map((line, index) => (
        // An order may have the same product in two lines.
        <li key={index}>
          {format.count(line.quantity)} × <Product id={line.product_id} name={line.name} />
        </li>
      ))}
      {more > 0 && <li class="muted">and {format.count(more)} more</li>}
    </ul>
  );
}
