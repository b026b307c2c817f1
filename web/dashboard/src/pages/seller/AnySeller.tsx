/** One seller, for administrators: sales over time and the ranking of their products. */
import { useMemo, useState } from "preact/hooks";
import { usePageContext } from "../../app/context";
import { go, link, useChoice } from "../../app/location";
import { FIGURES } from "../../figures/definitions";
import { sellerOrdersLink } from "../../figures/links";
import { averageOrder, scopeOf, totalsOf, useSales } from "../../figures/sales";
import { Card, Grid, PageHeader } from "../../ui/Card";
import { Chart, type ChartData } from "../../ui/Chart";
import { Segments } from "../../ui/Choice";
import { Figure } from "../../ui/Figure";
import { Empty, Loaded } from "../../ui/States";
import { useToday } from "../../ui/today";
import { Ranking } from "./Ranking";
import { RANGES, type Range, spanOf } from "./range";

const SALES_MS = 10_000;

/** Asks for a seller's id, then shows the seller's sales. */
export function AnySeller({ id }: { id: string | undefined }) {
  return (
    <>
      <PageHeader title="Seller" about="What one seller sold: payments and refunds of the seller's order lines.">
        <Choice id={id ?? ""} key={id} />
      </PageHeader>
      {id === undefined ? (
        <div class="card">
          <Empty title="Which seller?">
            Enter the shop's id of the seller. Sellers who sign in see their own sales here.
          </Empty>
        </div>
      ) : (
        <Sales id={id} />
      )}
    </>
  );
}

function Choice({ id }: { id: string }) {
  const [text, setText] = useState(id);
  return (
    <form
      class="inline-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== "") go(link(["seller", text.trim()]));
      }}
    >
      <span class="field">
        <label for="seller-id">Seller id</label>
        <input
          id="seller-id"
          value={text}
          maxLength={128}
          required
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </span>
      <button type="submit" class="button primary">
        Show
      </button>
    </form>
  );
}

function Sales({ id }: { id: string }) {
  const { zone, currency } = usePageContext();
  const [range, choose] = useChoice<Range>("range", "30", RANGES);
  const { days } = spanOf(range, useToday(zone), zone);
  const sales = useSales(days, "1d", SALES_MS, id);
  const windows = sales.data;
  const totals = windows && totalsOf(windows);
  const scope = scopeOf(days, currency, id);
  const href = sellerOrdersLink(days, id);
  const chart = useMemo((): ChartData => {
    const values = (windows ?? []).map((window) => window.revenue);
    const times = (windows ?? []).map((window) => new Date(window.start));
    return {
      title: "Revenue by day",
      times,
      step: "day",
      unit: "money",
      series: [{ name: "Revenue", values, kind: "bars", tone: "accent" }],
    };
  }, [windows]);
  return (
    <Grid>
      <Card
        title={`Sales of ${id}`}
        definition={FIGURES.sellerRevenue}
        actions={<Segments label="Range of time" options={RANGES} value={range} choose={choose} />}
      >
        <Loaded query={sales} lines={6}>
          {() => (
            <>
              <div class="figures">
                <Figure definition={FIGURES.sellerRevenue} value={totals?.revenue} scope={scope} href={href} />
                <Figure definition={FIGURES.sellerOrders} value={totals?.orders} scope={scope} href={href} />
                <Figure definition={FIGURES.sellerGross} value={totals?.gross_revenue} scope={scope} href={href} />
                <Figure definition={FIGURES.sellerRefunds} value={totals?.refunds} scope={scope} href={href} />
                <Figure definition={FIGURES.sellerShipping} value={totals?.shipping} scope={scope} />
                <Figure definition={FIGURES.sellerTax} value={totals?.tax} scope={scope} />
                <Figure definition={FIGURES.sellerFees} value={totals?.fees} scope={scope} />
                <Figure
                  definition={FIGURES.averageOrder}
                  value={totals && averageOrder(totals)}
                  scope={scope}
                  href={href}
                />
              </div>
              <Chart data={chart} file="seller-revenue" />
            </>
          )}
        </Loaded>
      </Card>
      <Ranking seller={id} />
    </Grid>
  );
}
