/** The name of a product, with a link to its page. */
import { link } from "../app/location";
import { type ProductNames, useProductName } from "../figures/names";
import type { Column } from "./Table";

/** Ids that no path of the API can name (docs/API.md), or no address at all. */
const WITHOUT_PAGE = /^(\.{1,2}|top)$|[?#]|\/(explain|history)$/;

/** Whether a product has a page of its own. */
export function hasPage(id: string): boolean {
  return !WITHOUT_PAGE.test(id);
}

/**
 * Shows a product by its name, or by its id while the name is unknown. Without `name` it is read, with all others. A name may
 * be written from right to left, which must not turn what is around it.
 */
export function Product({ id, name }: { id: string; name?: string | null | undefined }) {
  const text = <bdi>{useProductName(id, name) ?? id}</bdi>;
  return hasPage(id) ? (
    <a class="product" title={id} href={link(["products", id])}>
      {text}
    </a>
  ) : (
    <span class="product" title={id}>
      {text}
    </span>
  );
}

/** A column of products, sorted by what it shows; in CSV it has their ids. */
export function productColumn<Row>(names: ProductNames, id: (row: Row) => string): Column<Row> {
  const show = (row: Row) => <Product id={id(row)} />;
  return { title: "Product", value: (row) => names.of(id(row)) ?? id(row), show, csv: { title: "Product", value: id } };
}
