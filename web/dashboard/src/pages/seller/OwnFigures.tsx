/** The seller's figures of a period, compared with the period before. */
import { usePageContext } from "../../app/context";
import { FIGURES } from "../../figures/definitions";
import { ordersLink } from "../../figures/links";
import { type Days, scopeOf } from "../../figures/sales";
import { Figure } from "../../ui/Figure";
import type { Dashboard } from "./OwnSales";

/** Ratings are shown as stars; the API has shares from 0 to 1. */
const STARS = 5;

/** Shows revenue, orders, items, refunds, charges, ratings, and open items and refund requests. */
export function OwnFigures({ dashboard, days }: { dashboard: Dashboard; days: Days }) {
  const { identity, format } = usePageContext();
  const { summary } = dashboard;
  const { comparison } = summary;
  const currency = dashboard.currency ?? undefined;
  const scope = scopeOf(days, currency, identity.account);
  const href = ordersLink(days);
  const change = (percent: number | null | undefined) => ({
    percent: percent ?? null,
    from: `from the ${lengthOf(days)} days before`,
    none: `none in the ${lengthOf(days)} days before`,
  });
  return (
    <section class="card figures" aria-label="Your figures">
      <Figure
        definition={FIGURES.sellerRevenue}
        value={summary.total_revenue}
        scope={scope}
        href={href}
        change={change(comparison.revenue_change)}
      />
      <Figure
        definition={FIGURES.sellerOrders}
        value={summary.total_orders}
        scope={scope}
        href={href}
        change={change(comparison.orders_change)}
      />
      <Figure
        definition={FIGURES.itemsSold}
        value={summary.items_sold}
        scope={scope}
        href={href}
        change={change(comparison.items_sold_change)}
      />
      <Figure definition={FIGURES.sellerGross} value={summary.gross_revenue} scope={scope} href={href} />
      <Figure definition={FIGURES.sellerRefunds} value={summary.refunds} scope={scope} href={href} />
      <Figure definition={FIGURES.sellerShipping} value={summary.shipping} scope={scope} />
      <Figure definition={FIGURES.sellerTax} value={summary.tax} scope={scope} />
      <Figure definition={FIGURES.sellerFees} value={summary.fees} scope={scope} />
      <Figure
        definition={FIGURES.rating}
        value={summary.average_rating * STARS}
        scope={identity.account}
        note={`of ${STARS} stars, from ${format.count(summary.ratings)} ratings`}
      />
      <Figure definition={FIGURES.pendingItems} value={summary.pending_items} scope={identity.account} />
      <Figure definition={FIGURES.pendingRefunds} value={summary.pending_refunds} scope={identity.account} />
    </section>
  );
}

function lengthOf(days: Days): number {
  return Math.round((Date.parse(days.last) - Date.parse(days.first)) / 86_400_000) + 1;
}
