/** The totals of the list of orders: the same figures as on other pages. */
import { usePageContext } from "../../app/context";
import { FIGURES } from "../../figures/definitions";
import { averageOrder, scopeOf, totalsOf, useSales } from "../../figures/sales";
import { Figure } from "../../ui/Figure";
import { Failure } from "../../ui/States";
import type { Filter } from "./filter";

const TOTALS_MS = 5_000;

/** Shows the figures of the period, unless a filter makes the list narrower than the figures. */
export function OrderTotals({ filter }: { filter: Filter }) {
  const whole = filter.by === "paid" && filter.status === undefined && filter.currency !== undefined;
  return whole ? <Figures filter={filter} /> : null;
}

function Figures({ filter }: { filter: Filter }) {
  const { identity } = usePageContext();
  const { days, currency, seller, ofSeller } = filter;
  const sales = useSales(days, "1d", TOTALS_MS, seller);
  if (sales.data === undefined && sales.problem !== undefined)
    return <Failure problem={sales.problem} reload={sales.reload} />;
  const totals = sales.data && totalsOf(sales.data);
  const subject = ofSeller ? (seller ?? identity.account) : undefined;
  const scope = scopeOf(days, currency, subject);
  return (
    <section class="card figures" aria-label="Totals of the orders">
      <Figure definition={ofSeller ? FIGURES.sellerOrders : FIGURES.ordersPaid} value={totals?.orders} scope={scope} />
      <Figure
        definition={ofSeller ? FIGURES.sellerGross : FIGURES.grossRevenue}
        value={totals?.gross_revenue}
        scope={scope}
      />
      <Figure definition={ofSeller ? FIGURES.sellerRefunds : FIGURES.refunds} value={totals?.refunds} scope={scope} />
      <Figure definition={ofSeller ? FIGURES.sellerRevenue : FIGURES.revenue} value={totals?.revenue} scope={scope} />
      <Figure definition={FIGURES.averageOrder} value={totals && averageOrder(totals)} scope={scope} />
    </section>
  );
}
