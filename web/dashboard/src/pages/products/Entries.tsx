/** The tables of the lists: the live list with counters, and the rank lists with the points of every window. */
import type { Schemas } from "../../api/client";
import { usePageContext } from "../../app/context";
import { link } from "../../app/location";
import type { List } from "../../figures/popularity";
import type { Format } from "../../ui/format";
import { productColumn } from "../../ui/Product";
import { type Column, countColumn, Table } from "../../ui/Table";

type Live = Schemas["Popularity"];
type Entry = Schemas["RankedEntry"];

/** The live list. `first` is the position of its first row. */
export function Live({ rows, first }: { rows: Live[]; first: number }) {
  const { format, names } = usePageContext();
  const numbered = rows.map((row, index) => ({ ...row, position: first + index }));
  const columns: Column<(typeof numbered)[number]>[] = [
    countColumn("#", format, (row) => row.position),
    productColumn(names, (row) => row.id),
    pointsColumn("Score", format, (row) => row.score),
    countColumn("Views", format, (row) => row.view_count),
    countColumn("Carts", format, (row) => row.cart_count),
    countColumn("Favorites", format, (row) => row.favorite_count),
    countColumn("Purchases", format, (row) => row.purchase_count),
    countColumn("Reviews", format, (row) => row.review_count),
    { title: "Changed", value: (row) => row.date_updated, show: (row) => format.time(row.date_updated) },
  ];
  return (
    <Table caption="Products by score" columns={columns} rows={numbered} rowKey={(row) => row.id} file="products" />
  );
}

/** A rank list. */
export function Entries({ rows, list }: { rows: Entry[]; list: List }) {
  const { format, identity, names } = usePageContext();
  const columns: Column<Entry>[] = [
    countColumn("#", format, (row) => row.position),
    productColumn(names, (row) => row.id),
    pointsColumn("Score", format, (row) => row.score),
    pointsColumn("Trending", format, (row) => row.trending ?? null),
    ratioColumn("Rising", format, (row) => row.rising ?? null),
    pointsColumn("Hour", format, (row) => row.points["1h"]),
    pointsColumn("24 hours", format, (row) => row.points["24h"]),
    pointsColumn("7 days", format, (row) => row.points["7d"]),
    pointsColumn("30 days", format, (row) => row.points["30d"]),
    narrowing("Category", "category", (row) => row.category_id ?? null),
    narrowing("Seller", "seller", (row) => row.seller_id ?? null),
  ];
  const shown = identity.role === "admin" ? columns : columns.slice(0, -2);
  const file = `products-${list}`;
  return <Table caption="Products by rank" columns={shown} rows={rows} rowKey={(row) => row.id} file={file} />;
}

/** A column of points. */
export function pointsColumn<Row>(title: string, format: Format, value: (row: Row) => number | null): Column<Row> {
  return { title, value, show: (row) => format.decimal(value(row)), number: true };
}

/** A column of ratios: 1.5 is 50 % more than before. */
function ratioColumn<Row>(title: string, format: Format, value: (row: Row) => number | null): Column<Row> {
  const show = (row: Row) => (value(row) === null ? format.decimal(null) : `× ${format.decimal(value(row))}`);
  return { title, value, show, number: true };
}

/** A column of ids that link to the same list, filtered by this category or seller. */
function narrowing(title: string, parameter: "category" | "seller", value: (row: Entry) => string | null) {
  const show = (row: Entry) => {
    const id = value(row);
    if (id === null) return "–";
    const rank = new URLSearchParams(window.location.search).get("rank") ?? undefined;
    return (
      <a class="product" href={link("products", { rank, [parameter]: id })} title={id}>
        {id.length > 16 ? `${id.slice(0, 8)}…` : id}
      </a>
    );
  };
  return { title, value, show };
}
