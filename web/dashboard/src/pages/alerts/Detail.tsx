/** One finding with all of its evidence. */
import type { Client } from "../../api/client";
import { ProblemError } from "../../api/problem";
import { useQuery } from "../../api/useQuery";
import { usePageContext } from "../../app/context";
import { link } from "../../app/location";
import { type Evidence, evidenceOf, type Finding, ruleMeaning, ruleName, subjectOf } from "../../figures/finding";
import { Card, Grid, PageHeader } from "../../ui/Card";
import type { Format } from "../../ui/format";
import { Product, productColumn } from "../../ui/Product";
import { Loaded } from "../../ui/States";
import { Table } from "../../ui/Table";

/** Shows the finding of an id. */
export function Detail({ id }: { id: string }) {
  const { api } = usePageContext();
  const finding = useQuery(id, (signal) => find(api, id, signal));
  return (
    <>
      <PageHeader
        title={finding.data === undefined ? "Alert" : ruleName(finding.data.rule)}
        about={ruleMeaning(finding.data?.rule ?? "")}
      >
        <a href={link("alerts")}>All alerts</a>
      </PageHeader>
      <Loaded query={finding}>{(found) => <FindingCards finding={found} />}</Loaded>
    </>
  );
}

async function find(api: Client, id: string, signal: AbortSignal): Promise<Finding> {
  const { data } = await api.get("/api/v1/analytic/alerts", { query: { id } }, signal);
  const [found] = data;
  if (found !== undefined) return found;
  throw new ProblemError({ kind: "not-found", message: "There is no such alert.", retryAfterSeconds: undefined });
}

function FindingCards({ finding }: { finding: Finding }) {
  const { format } = usePageContext();
  const { kind, id } = subjectOf(finding);
  const evidence = evidenceOf(finding);
  const facts: [string, preact.ComponentChildren][] = [
    ["Subject", kind === "product" ? <Product id={id} /> : <code>{`${kind} ${id}`}</code>],
    ["Window", <code key="window">{finding.window}</code>],
    ["Found", format.time(finding.date_created)],
    ["Evidence updated", format.time(finding.date_updated)],
    ...(finding.historical
      ? ([["History", "All evidence was more than a day old, so no alert was sent."]] as const)
      : []),
    ...factsOf(evidence, format),
  ] as [string, preact.ComponentChildren][];
  return (
    <Grid>
      <Card title="Finding" width="third">
        <dl class="facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </Card>
      <Card title="Evidence" width="two-thirds">
        <EvidenceTable evidence={evidence} format={format} />
      </Card>
    </Grid>
  );
}

function factsOf(evidence: Evidence, format: Format): [string, string][] {
  const facts: [string, string | undefined][] = [
    ["From", evidence.from && format.time(evidence.from)],
    ["To", evidence.to && format.time(evidence.to)],
    ["Orders", evidence.order_count === undefined ? undefined : format.count(evidence.order_count)],
    ["Products", evidence.product_count === undefined ? undefined : format.count(evidence.product_count)],
    ["Points", evidence.points === undefined ? undefined : format.decimal(evidence.points)],
    ["Share of the strongest actors", evidence.share === undefined ? undefined : format.share(evidence.share)],
    ["Actors", evidence.actor_count === undefined ? undefined : format.count(evidence.actor_count)],
    [
      "Limit",
      evidence.limit_minor === undefined ? undefined : format.money(evidence.limit_minor, evidence.order?.currency),
    ],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined);
}

/** The evidence: orders, products, or the points of actors. */
function EvidenceTable({ evidence, format }: { evidence: Evidence; format: Format }) {
  const { names } = usePageContext();
  if (evidence.orders !== undefined || evidence.order !== undefined)
    return <Orders evidence={evidence} format={format} />;
  if (evidence.products !== undefined) {
    const products = evidence.products.map((id) => ({ id }));
    return (
      <Table
        caption="Products left in the cart, at most the first 20"
        captionHidden={false}
        columns={[productColumn(names, (row: { id: string }) => row.id)]}
        rows={products}
        rowKey={(row) => row.id}
        file="alert-products"
      />
    );
  }
  const strongest = (evidence.strongest ?? []).map((actor, index) => ({ ...actor, index }));
  return (
    <Table
      caption="The strongest actors. Operators identify them with “shopsignal exclude candidates”."
      captionHidden={false}
      columns={[
        { title: "Actor", value: (row) => row.kind },
        { title: "Points", value: (row) => row.points, show: (row) => format.decimal(row.points), number: true },
      ]}
      rows={strongest}
      rowKey={(row) => String(row.index)}
      file="alert-actors"
    />
  );
}

function Orders({ evidence, format }: { evidence: Evidence; format: Format }) {
  return (
    <Table
      caption="Orders, at most the first 20"
      captionHidden={false}
      columns={[
        { title: "Order", value: (row) => row.order_id, show: (row) => <code>{row.order_id}</code> },
        { title: "Placed", value: (row) => row.placed_at, show: (row) => format.time(row.placed_at) },
        {
          title: "Amount",
          value: (row) => row.amount_minor,
          show: (row) => format.money(row.amount_minor, row.currency),
          number: true,
        },
        { title: "Currency", value: (row) => row.currency },
      ]}
      rows={evidence.orders ?? (evidence.order === undefined ? [] : [evidence.order])}
      rowKey={(row) => row.order_id}
      file="alert-orders"
    />
  );
}
