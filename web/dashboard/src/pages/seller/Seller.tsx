/** A seller's own sales; an administrator may look at any seller's. */
import { usePageContext } from "../../app/context";
import type { PageProps } from "../../app/pages";
import { AnySeller } from "./AnySeller";
import { OwnSales } from "./OwnSales";

/** The page of a seller. */
export default function Seller({ rest }: PageProps) {
  const { identity } = usePageContext();
  return identity.role === "admin" ? <AnySeller id={rest[0]} /> : <OwnSales />;
}
