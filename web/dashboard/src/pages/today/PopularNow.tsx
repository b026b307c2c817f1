/** The most popular products, by the live list: what visitors do is shown here within seconds. */

import type { Schemas } from "../../api/client";
import { LIVE_MS, useQuery } from "../../api/useQuery";
import { usePageContext } from "../../app/context";
import { FIGURES } from "../../figures/definitions";
import { Card } from "../../ui/Card";
import { productColumn } from "../../ui/Product";
import { Empty, Loaded } from "../../ui/States";
import { type Column, countColumn, Table } from "../../ui/Table";

/** Shows the first ten products by score. */
export function PopularNow() {
  const { api, format, names } = usePageContext();
  const query = { limit: 10 };
  const top = useQuery(
    "top",
    async (signal) => popularity(await api.get("/api/v1/analytic/popularity/top", { query }, signal)),
    LIVE_MS,
  );
  const columns: Column<Schemas["Popularity"]>[] = [
    productColumn(names, (row) => row.id),
    { title: "Score", value: (row) => row.score, show: (row) => format.decimal(row.score), number: true },
    countColumn("Views", format, (row) => row.view_count),
    countColumn("Carts", format, (row) => row.cart_count),
    countColumn("Purchases", format, (row) => row.purchase_count),
  ];
  return (
    <Card title="Popular products" width="half" definition={FIGURES.score} actions={<span class="live">live</span>}>
      <Loaded query={top}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title="No product has been viewed yet.">
              Products appear here within seconds of their first event.
            </Empty>
          ) : (
            <Table
              caption="Popular products"
              columns={columns}
              rows={rows}
              rowKey={(row) => row.id}
              file="popular-products"
            />
          )
        }
      </Loaded>
    </Card>
  );
}

/** The live list: without `rank` the answer has no ranked entries. */
function popularity(answer: Schemas["TopAnswer"]): Schemas["Popularity"][] {
  return answer.data as Schemas["Popularity"][];
}
