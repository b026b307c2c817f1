/** Recommended products, each with its source and the reason. */
import type { Schemas } from "../api/client";
import { usePageContext } from "../app/context";
import { Product, productColumn } from "./Product";
import { Empty } from "./States";
import { type Column, Table } from "./Table";

type Item = Schemas["RecommendedProduct"];

const SOURCES: Record<string, string> = {
  personal: "the visitor's events",
  similar: "same visits",
  popular: "popular",
  pinned: "a rule of the shop",
};

/** Shows a list of recommendations in its order. `beside` is the product on whose page they are shown, if any. */
export function Recommended({ items, file, beside }: { items: Item[]; file: string; beside?: string }) {
  const { format, names } = usePageContext();
  if (items.length === 0)
    return <Empty title="Nothing is recommended.">No product fits, or all that fit are excluded.</Empty>;
  const rows = items.map((item, index) => ({ ...item, position: index + 1 }));
  const columns: Column<(typeof rows)[number]>[] = [
    { title: "#", value: (row) => row.position, number: true },
    productColumn(names, (row) => row.product_id),
    {
      title: "Source",
      value: (row) => row.source,
      show: (row) => <span class="badge">{SOURCES[row.source] ?? row.source}</span>,
    },
    { title: "Because of", value: (row) => reasonText(row), show: (row) => <Reason item={row} beside={beside} /> },
    { title: "Value", value: (row) => row.score, show: (row) => format.decimal(row.score, 3), number: true },
  ];
  return <Table caption="Recommendations" columns={columns} rows={rows} rowKey={(row) => row.product_id} file={file} />;
}

function reasonText({ reason }: Item): string | null {
  if (!reason) return null;
  return reason.event ? `${reason.event} of ${reason.because}` : reason.because;
}

function Reason({ item: { reason }, beside }: { item: Item; beside: string | undefined }) {
  if (!reason) return "–";
  if (reason.because === beside) return "this product";
  return (
    <>
      {reason.event && `${reason.event.replaceAll("_", " ")} of `}
      <Product id={reason.because} />
    </>
  );
}
