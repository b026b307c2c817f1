/** The name of a product, with a link to its page. */
import { link } from "../app/location";
import { PAGES } from "../app/pages";
import { type ProductNames, useProductName } from "../figures/names";
import type { Column } from "./Table";

/** Shows a product by its name, or by its id while the name is unknown. Without `name` it is read, with all others. */
export function Product({ id, name }: { id: string; name?: string | null | undefined }) {
  const text = useProductName(id, name) ?? id;
  const page = PAGES.some(({ path }) => path === "products");
  return page ? (
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
