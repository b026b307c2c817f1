/** The products by score or in a rank list, of the shop, a category or a seller. */
import type { Schemas } from "../../api/client";
import { LIVE_MS, type Query, useQuery } from "../../api/useQuery";
import { usePageContext } from "../../app/context";
import { useChoice, useText } from "../../app/location";
import { LISTS, type List as ListName, RANKS } from "../../figures/popularity";
import { Card, Grid, PageHeader } from "../../ui/Card";
import { Segments } from "../../ui/Choice";
import { Pager, type Pages, usePages } from "../../ui/Pager";
import { Empty, Loaded } from "../../ui/States";
import { Entries, Live } from "./Entries";
import { Filter } from "./Filter";

type Answer = Schemas["TopAnswer"];

/** Rank lists are updated every minute. */
const RANKED_MS = 15_000;
const PAGE_SIZE = 25;

/** Shows the chosen list. */
export function List() {
  const { identity } = usePageContext();
  const member = identity.role === "member";
  const [chosen, choose] = useChoice<ListName>("rank", member ? "trending" : "live", LISTS);
  const [category] = useText("category");
  const [seller] = useText("seller");
  const scope = member ? { seller: identity.account } : { category, seller };
  const about = member
    ? "Your products, ranked by what visitors do."
    : "Ranked by what visitors do: views, carts, purchases and more, each with its own weight.";
  return (
    <>
      <PageHeader title="Products" about={about}>
        {!member && <Filter category={category} seller={seller} />}
      </PageHeader>
      <Ranked list={chosen} choose={choose} {...scope} />
    </>
  );
}

interface Scope {
  list: ListName;
  choose: (list: ListName) => void;
  category?: string;
  seller?: string;
}

function Ranked({ list, choose, category = "", seller = "" }: Scope) {
  // A category or seller has no live list; its rank list by score is up to a minute old.
  const filtered = category !== "" || seller !== "";
  const rank = list === "live" ? (filtered ? ("alltime" as const) : undefined) : list;
  const pages = usePages(JSON.stringify([rank, category, seller]));
  const answer = useTop({ rank, category_id: category, seller_id: seller, cursor: pages.cursor });
  const options = LISTS.map(([id, name]) => [id, id === "live" && filtered ? "Score" : name] as const);
  return (
    <Grid>
      <Card
        title={title(category, seller)}
        definition={RANKS[list]}
        actions={<Segments label="List" options={options} value={list} choose={choose} />}
      >
        {answer.problem?.kind === "not-found" ? (
          <Expired pages={pages} />
        ) : (
          <Loaded query={answer} lines={8}>
            {(data) => <ProductTable answer={data} list={list} pages={pages} filtered={filtered} />}
          </Loaded>
        )}
      </Card>
    </Grid>
  );
}

function title(category: string, seller: string): string {
  if (category !== "") return `Category ${category}`;
  return seller === "" ? "All products" : "Products of the seller";
}

interface TopRequest {
  rank: Exclude<ListName, "live"> | "alltime" | undefined;
  category_id: string;
  seller_id: string;
  cursor: string | undefined;
}

function useTop(request: TopRequest): Query<Answer> {
  const { api } = usePageContext();
  const query = { ...request, limit: PAGE_SIZE };
  const every = request.rank === undefined ? LIVE_MS : RANKED_MS;
  return useQuery(
    JSON.stringify(query),
    (signal) => api.get("/api/v1/analytic/popularity/top", { query }, signal),
    // Only the first page changes: later ones belong to the generation that the user started with.
    request.cursor === undefined ? every : undefined,
  );
}

function ProductTable({
  answer,
  list,
  pages,
  filtered,
}: {
  answer: Answer;
  list: ListName;
  pages: Pages;
  filtered: boolean;
}) {
  const { format } = usePageContext();
  const first = (pages.number - 1) * PAGE_SIZE + 1;
  if (answer.data.length === 0) return <Nothing list={list} filtered={filtered} />;
  return (
    <>
      {"as_of" in answer ? (
        <Entries rows={answer.data as Schemas["RankedEntry"][]} list={list} />
      ) : (
        <Live rows={answer.data as Schemas["Popularity"][]} first={first} />
      )}
      {"as_of" in answer && <p class="muted small">As of {format.time(answer.as_of)}; updated every minute.</p>}
      <Pager pages={pages} next={answer.pagination.next_cursor} />
    </>
  );
}

function Nothing({ list, filtered }: { list: ListName; filtered: boolean }) {
  if (filtered)
    return (
      <Empty title="No product is in this list.">
        Check the id: it must be the one in the shop's product events. A product that was just announced appears within
        a minute.
      </Empty>
    );
  if (list === "rising")
    return <Empty title="No product is rising.">A product needs ten events within 24 hours.</Empty>;
  return <Empty title="No product is in this list yet.">Products appear within seconds of their first event.</Empty>;
}

/** A list can be paged through for ten minutes after a newer one replaced it. */
function Expired({ pages }: { pages: Pages }) {
  return (
    <div class="state" role="alert">
      <p class="state-title">This list is out of date.</p>
      <p class="muted">It has changed since you opened it. Start again with the current list.</p>
      <button type="button" class="button" onClick={pages.first}>
        Back to the first page
      </button>
    </div>
  );
}
