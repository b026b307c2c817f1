/** The best-selling products of a seller, with their previous ranks. */
import type { Schemas } from "../../api/client";
import { useQuery } from "../../api/useQuery";
import { usePageContext } from "../../app/context";
import { useChoice } from "../../app/location";
import { FIGURES } from "../../figures/definitions";
import { Card } from "../../ui/Card";
import { Segments, Select } from "../../ui/Choice";
import type { Format } from "../../ui/format";
import { Product } from "../../ui/Product";
import { Empty, Loaded } from "../../ui/States";
import { type Column, countColumn, moneyColumn, Table } from "../../ui/Table";

type Row = Schemas["RankedProduct"];

const WINDOWS = [
  ["1h", "An hour"],
  ["1d", "24 hours"],
] as const;

const ORDERS = [
  ["quantity", "Items"],
  ["revenue", "Revenue"],
] as const;

const RANKING_MS = 10_000;

/** Shows the ranking of the signed-in seller, or of the seller that an administrator names. */
export function Ranking({ seller }: { seller?: string }) {
  const { api, currency, format } = usePageContext();
  const [window, chooseWindow] = useChoice("window", "1d", WINDOWS);
  const [by, chooseBy] = useChoice("by", "quantity", ORDERS);
  const query = { window, by, limit: 20, currency, seller_id: seller };
  const read = async (signal: AbortSignal) =>
    (await api.get("/api/v1/analytic/sales/top-products", { query }, signal)).data;
  const ranking = useQuery(JSON.stringify(query), read, RANKING_MS);
  const controls = (
    <>
      <Segments label="Window" options={WINDOWS} value={window} choose={chooseWindow} />
      <Select label="Ranked by" options={ORDERS} value={by} choose={chooseBy} />
    </>
  );
  return (
    <Card title="Ranking now" definition={FIGURES.itemsSold} actions={controls}>
      <Loaded query={ranking}>
        {({ products, currency: shown }) =>
          products.length === 0 ? (
            <Empty title="Nothing was sold in this window.">Choose the longer window above.</Empty>
          ) : (
            <Table
              caption="Ranking of products"
              columns={columnsOf(format, shown)}
              rows={products}
              rowKey={(row) => row.product_id}
              file="ranking"
            />
          )
        }
      </Loaded>
    </Card>
  );
}

function columnsOf(format: Format, currency: string | null | undefined): Column<Row>[] {
  return [
    countColumn("Rank", format, (row) => row.rank),
    countColumn("Before", format, (row) => row.previous_rank ?? null),
    {
      title: "Product",
      value: (row) => row.name ?? row.product_id,
      show: (row) => <Product id={row.product_id} name={row.name} />,
    },
    countColumn("Items", format, (row) => row.items),
    countColumn("Orders", format, (row) => row.orders),
    moneyColumn("Revenue", format, currency, (row) => row.revenue),
    { title: "Change", value: (row) => row.change ?? null, show: (row) => format.change(row.change), number: true },
  ];
}
