/** The seller's best products of the period, and the sales in every currency. */
import type { Schemas } from "../../api/client";
import { usePageContext } from "../../app/context";
import { FIGURES } from "../../figures/definitions";
import { Card } from "../../ui/Card";
import { Product } from "../../ui/Product";
import { Empty } from "../../ui/States";
import { countColumn, moneyColumn, Table } from "../../ui/Table";
import type { Dashboard } from "./OwnSales";

/** Shows at most five products, and the currencies. */
export function OwnProducts({ dashboard }: { dashboard: Dashboard }) {
  return (
    <>
      <Card title="Best products" width="half" definition={FIGURES.itemsSold}>
        <Best dashboard={dashboard} />
      </Card>
      <Card title="By currency" width="half" definition={FIGURES.sellerRevenue}>
        <Currencies rows={dashboard.currencies} />
      </Card>
    </>
  );
}

function Best({ dashboard }: { dashboard: Dashboard }) {
  const { format } = usePageContext();
  const columns = [
    {
      title: "Product",
      value: (row: Schemas["TopProduct"]) => row.sku_name ?? row.sku_id,
      show: (row: Schemas["TopProduct"]) => <Product id={row.sku_id} name={row.sku_name} />,
    },
    countColumn("Items sold", format, (row: Schemas["TopProduct"]) => row.sold_count),
    moneyColumn("Revenue", format, dashboard.currency, (row: Schemas["TopProduct"]) => row.revenue),
  ];
  if (dashboard.top_products.length === 0)
    return <Empty title="Nothing was sold in this period.">Choose a longer range above.</Empty>;
  return (
    <Table
      caption="Best products"
      columns={columns}
      rows={dashboard.top_products}
      rowKey={(row) => row.sku_id}
      file="your-best-products"
    />
  );
}

type Row = Schemas["CurrencySales"];

function Currencies({ rows }: { rows: Row[] }) {
  const { format } = usePageContext();
  // Each row has its own currency: amounts are in that currency and never summed.
  const money = (title: string, value: (row: Row) => number) => ({
    ...moneyColumn(title, format, undefined, value),
    show: (row: Row) => format.money(value(row), row.currency),
    csv: { title: `${title} (minor units)`, value },
  });
  const columns = [
    { title: "Currency", value: (row: Row) => row.currency },
    countColumn("Orders", format, (row: Row) => row.orders),
    countColumn("Items", format, (row: Row) => row.items_sold),
    money("Gross", (row) => row.gross_revenue),
    money("Refunds", (row) => row.refunds),
    money("Revenue", (row) => row.revenue),
  ];
  if (rows.length === 0)
    return <Empty title="Nothing was paid or refunded in this period.">Choose a longer range above.</Empty>;
  return (
    <Table
      caption="Sales by currency"
      columns={columns}
      rows={rows}
      rowKey={(row) => row.currency}
      file="your-currencies"
    />
  );
}
