/** One product: its score and ranks, points over time, parts of the score, sales, and related products. */
import { LIVE_MS, useQuery } from "../../api/useQuery";
import { usePageContext } from "../../app/context";
import { link, useChoice } from "../../app/location";
import { useProductName } from "../../figures/names";
import { Grid, PageHeader } from "../../ui/Card";
import { Segments } from "../../ui/Choice";
import { Loaded } from "../../ui/States";
import { History } from "./History";
import { Ranks } from "./Ranks";
import { RelatedProducts } from "./RelatedProducts";
import { RANGES, type Range } from "./range";
import { Sales } from "./Sales";
import { ScoreParts } from "./ScoreParts";

/** Shows the product of an id; a SKU is shown as its product. */
export function ProductDetail({ id }: { id: string }) {
  const { api } = usePageContext();
  const [range, choose] = useChoice<Range>("range", "30d", RANGES);
  const name = useProductName(id);
  const path = { spu_id: id };
  const product = useQuery(
    id,
    async (signal) => (await api.get("/api/v1/analytic/popularity/{spu_id}", { path }, signal)).data,
    LIVE_MS,
  );
  return (
    <>
      <PageHeader title={name ?? "Product"} about={<code>{id}</code>}>
        <Segments label="Range of time" options={RANGES} value={range} choose={choose} />
        <a href={link("products")}>All products</a>
      </PageHeader>
      <Grid>
        <Loaded query={product} lines={4}>
          {(data) => <Ranks product={data} />}
        </Loaded>
        <History id={id} range={range} />
        <Sales id={id} range={range} />
        <ScoreParts id={id} />
        <RelatedProducts id={id} />
      </Grid>
    </>
  );
}
