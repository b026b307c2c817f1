/** The score of a product now, and its place in every list. */
import type { Schemas } from "../../api/client";
import { usePageContext } from "../../app/context";
import { link } from "../../app/location";
import { LISTS, type List, RANKS } from "../../figures/popularity";
import { Card } from "../../ui/Card";
import { Figure } from "../../ui/Figure";
import { Empty } from "../../ui/States";
import { type Column, countColumn, Table } from "../../ui/Table";

type Ranked = Schemas["ProductPopularity"];
type RankPositions = Schemas["ProductRanks"];

interface Row {
  list: List;
  name: string;
  position: number | null;
  value: number | null;
}

/** Shows the score, live, and the rank lists. */
export function Ranks({ product }: { product: Ranked }) {
  const { format } = usePageContext();
  const ranks = product.ranks ?? undefined;
  const place = (position: number | null | undefined) =>
    position ? `No. ${format.count(position)} in the shop` : "not in the top 1,000";
  return (
    <>
      <section class="card figures" aria-label="The product in figures">
        <Figure
          definition={RANKS.live}
          value={product.score}
          scope={product.id}
          {...(ranks ? { note: place(ranks.positions.alltime) } : {})}
        />
        <Figure
          definition={RANKS.trending}
          value={ranks?.trending ?? null}
          scope={product.id}
          {...(ranks ? { note: place(ranks.positions.trending) } : {})}
        />
        <Figure definition={RANKS["24h"]} value={ranks?.points["24h"] ?? null} scope={product.id} />
        <Figure definition={RANKS["7d"]} value={ranks?.points["7d"] ?? null} scope={product.id} />
      </section>
      <Card title="Counted so far" width="third" definition={RANKS.live}>
        <Counters product={product} />
      </Card>
      <Card title="Places in the lists" width="two-thirds" definition={RANKS.live}>
        {ranks === undefined ? (
          <Empty title="This product is in no list yet.">The lists are updated every minute.</Empty>
        ) : (
          <Lists ranks={ranks} score={product.score} />
        )}
      </Card>
    </>
  );
}

function Counters({ product }: { product: Ranked }) {
  const { format } = usePageContext();
  const rows: [string, number][] = [
    ["Views", product.view_count],
    ["Carts", product.cart_count],
    ["Favorites", product.favorite_count],
    ["Purchases", product.purchase_count],
    ["Reviews and ratings", product.review_count],
  ];
  const columns: Column<(typeof rows)[number]>[] = [
    { title: "What", value: ([name]) => name },
    countColumn("Events", format, ([, count]) => count),
  ];
  return <Table caption="Events counted" columns={columns} rows={rows} rowKey={([name]) => name} file="counted" />;
}

function Lists({ ranks, score }: { ranks: RankPositions; score: number }) {
  const { format } = usePageContext();
  const value = (list: List): number | null => {
    if (list === "live") return score;
    return list === "trending" || list === "rising" ? (ranks[list] ?? null) : ranks.points[list];
  };
  const rows = LISTS.map(([list]): Row => {
    const position = ranks.positions[list === "live" ? "alltime" : list] ?? null;
    return { list, name: RANKS[list].name, position, value: value(list) };
  });
  const columns: Column<Row>[] = [
    {
      title: "List",
      value: (row) => row.name,
      show: (row) => <a href={link("products", { rank: row.list === "live" ? undefined : row.list })}>{row.name}</a>,
    },
    countColumn("Place", format, (row) => row.position),
    { title: "Value", value: (row) => row.value, show: (row) => format.decimal(row.value), number: true },
  ];
  return (
    <>
      <Table caption="Places in the lists" columns={columns} rows={rows} rowKey={(row) => row.list} file="places" />
      <p class="muted small">As of {format.time(ranks.as_of)}. Places below the top 1,000 are not computed.</p>
    </>
  );
}
