/** Products: the lists by every rank, or one product. */
import type { PageProps } from "../../app/pages";
import { List } from "./List";
import { ProductDetail } from "./ProductDetail";

/** The page of products. */
export default function Products({ rest }: PageProps) {
  // An id may hold slashes: links encode them, but an address may have been typed.
  const id = rest.join("/");
  return id === "" ? <List /> : <ProductDetail id={id} key={id} />;
}
