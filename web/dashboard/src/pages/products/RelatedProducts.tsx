/** What visitors of a product saw in the same visit, and what is recommended with it. */
import type { Schemas } from "../../api/client";
import { type Query, useQuery } from "../../api/useQuery";
import { usePageContext } from "../../app/context";
import { useChoice } from "../../app/location";
import { PRODUCT } from "../../figures/popularity";
import { Card } from "../../ui/Card";
import { Segments } from "../../ui/Choice";
import { Meter } from "../../ui/Meter";
import { productColumn } from "../../ui/Product";
import { Recommended } from "../../ui/Recommended";
import { Empty, Loaded } from "../../ui/States";
import { type Column, Table } from "../../ui/Table";

type Item = Schemas["RecommendedProduct"];
type Kind = "viewed" | "bought";

const KINDS = [
  ["viewed", "Viewed together"],
  ["bought", "Bought together"],
] as const;

const RECOMMENDED_MS = 15_000;

/** Shows both cards, side by side. */
export function RelatedProducts({ id }: { id: string }) {
  const [kind, choose] = useChoice<Kind>("kind", "viewed", KINDS);
  const viewed = useRecommended(id, "viewed");
  const bought = useRecommended(id, kind === "bought" ? "bought" : undefined);
  const chosen = kind === "viewed" ? viewed : bought;
  return (
    <>
      <Card title="Seen in the same visits" width="half" definition={PRODUCT.together}>
        <Loaded query={viewed} lines={5}>
          {(items) => <Visited items={items.filter((item) => item.source === "similar")} />}
        </Loaded>
      </Card>
      <Card
        title="Recommended with it"
        width="half"
        actions={<Segments label="Kind of recommendations" options={KINDS} value={kind} choose={choose} />}
      >
        <Loaded query={chosen} lines={5}>
          {(items) => <Recommended items={items} file="recommended" beside={id} />}
        </Loaded>
      </Card>
    </>
  );
}

/** Reads one kind of recommendations; nothing without a kind. */
function useRecommended(id: string, kind: Kind | undefined): Query<Item[]> {
  const { api } = usePageContext();
  const request = { path: { product_id: id }, query: { kind, limit: 10 } };
  return useQuery(
    kind === undefined ? null : JSON.stringify(request),
    async (signal) =>
      (await api.get("/api/v1/analytic/recommendations/product/{product_id}", request, signal)).data.items,
    RECOMMENDED_MS,
  );
}

function Visited({ items }: { items: Item[] }) {
  const { format, names } = usePageContext();
  if (items.length === 0) {
    return (
      <Empty title="No shared visits yet.">
        When a visitor views this product and another one, the other one appears here within seconds.
      </Empty>
    );
  }
  const largest = Math.max(...items.map((item) => item.score));
  const columns: Column<Item>[] = [
    productColumn(names, (row) => row.product_id),
    {
      title: "Closeness",
      value: (row) => row.score,
      show: (row) => <Meter share={row.score / largest} label={row.product_id} />,
    },
    { title: "Value", value: (row) => row.score, show: (row) => format.decimal(row.score, 3), number: true },
  ];
  return (
    <Table
      caption="Products seen in the same visits"
      columns={columns}
      rows={items}
      rowKey={(row) => row.product_id}
      file="same-visits"
    />
  );
}
