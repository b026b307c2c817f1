/** Products: the rank lists, or one product. */
import type { PageProps } from "../../app/pages";
import { List } from "./List";
import { ProductDetail } from "./ProductDetail";

/** The page of products. */
export default function Products({ rest }: PageProps) {
  // An id may contain slashes: links encode them, but a typed address may not.
  const id = rest.join("/");
  return id === "" ? <List /> : <ProductDetail id={id} key={id} />;
}
