/** The name of a product, with a link to its page. */
import { link } from "../app/location";
import { PAGES } from "../app/pages";
import { useProductName } from "../figures/names";

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
