/** The rules of the shop about recommendations. */
import type { Schemas } from "../../api/client";
import { useQuery } from "../../api/useQuery";
import { usePageContext } from "../../app/context";
import { placementName, RECOMMENDED } from "../../figures/recommendation";
import { Card } from "../../ui/Card";
import type { Format } from "../../ui/format";
import { Product } from "../../ui/Product";
import { Empty, Loaded } from "../../ui/States";
import { type Column, Table } from "../../ui/Table";

type Rule = Schemas["RecommendationRule"];

const RULES_MS = 10_000;

/** Lists the active and upcoming rules. */
export function Rules() {
  const { api, format } = usePageContext();
  const rules = useQuery(
    "rules",
    async (signal) => (await api.get("/api/v1/analytic/recommendations/rules", {}, signal)).data,
    RULES_MS,
  );
  return (
    <Card title="Rules of the shop" definition={RECOMMENDED.rules}>
      <Loaded query={rules}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title="There are no rules.">
              Recommendations are shown as they were learned. Pin, boost, bury or exclude products with POST
              /api/v1/analytic/recommendations/rules.
            </Empty>
          ) : (
            <Table
              caption="Rules of the shop"
              columns={columnsOf(format)}
              rows={rows}
              rowKey={(row) => String(row.id)}
              file="rules"
            />
          )
        }
      </Loaded>
    </Card>
  );
}

function columnsOf(format: Format): Column<Rule>[] {
  return [
    { title: "Rule", value: effectOf },
    {
      title: "For",
      value: (row) => `${row.target} ${row.target_id}`,
      show: (row) => (row.target === "product" ? <Product id={row.target_id} /> : `${row.target} ${row.target_id}`),
    },
    { title: "Where", value: (row) => (row.placement ? placementName(row.placement) : "Everywhere") },
    { title: "From", value: (row) => row.starts_at, show: (row) => format.time(row.starts_at) },
    {
      title: "Until",
      value: (row) => row.ends_at ?? null,
      show: (row) => (row.ends_at ? format.time(row.ends_at) : "further notice"),
    },
    { title: "Why", value: (row) => row.reason },
  ];
}

/** What a rule does, in words. */
function effectOf(rule: Rule): string {
  if (rule.action === "pin") return `Pin to place ${rule.position ?? ""}`;
  if (rule.action === "exclude") return "Never show";
  const name = rule.action === "boost" ? "Boost" : "Bury";
  return `${name}: score × ${rule.factor ?? ""}`;
}
