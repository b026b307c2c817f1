/** The rules of the shop about recommendations: which there are, a form that adds one, and a button that removes one. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Schemas } from "../../api/client";
import { ProblemError } from "../../api/problem";
import { useQuery } from "../../api/useQuery";
import { usePageContext } from "../../app/context";
import { placementName, RECOMMENDED } from "../../figures/recommendation";
import { Card } from "../../ui/Card";
import { Confirm } from "../../ui/Confirm";
import type { Format } from "../../ui/format";
import { Product } from "../../ui/Product";
import { Empty, Loaded } from "../../ui/States";
import { type Column, Table } from "../../ui/Table";
import { NewRule } from "./NewRule";

type Rule = Schemas["RecommendationRule"];

const RULES = "/api/v1/analytic/recommendations/rules";
const RULES_MS = 10_000;

/** Lists the active and upcoming rules. */
export function Rules() {
  const { api } = usePageContext();
  const rules = useQuery("rules", async (signal) => (await api.get(RULES, {}, signal)).data, RULES_MS);
  const [doomed, setDoomed] = useState<Rule | undefined>();
  const [done, setDone] = useState({ text: "", focus: false });
  const status = useRef<HTMLParagraphElement>(null);
  // The button that had the focus disappears with its row.
  useEffect(() => {
    if (done.focus) status.current?.focus();
  }, [done]);
  const finish = (text: string, focus = false) => {
    setDone({ text, focus });
    rules.reload();
  };
  const remove = async (rule: Rule) => {
    try {
      await api.call("DELETE", `${RULES}/${rule.id}`);
    } catch (error) {
      // Somebody else removed it first.
      if (!(error instanceof ProblemError) || error.problem.kind !== "not-found") throw error;
    }
    setDoomed(undefined);
    finish(`Removed: ${sentenceOf(rule)}.`, true);
  };
  return (
    <Card title="Rules of the shop" definition={RECOMMENDED.rules}>
      <Loaded query={rules}>{(rows) => <List rows={rows} remove={setDoomed} />}</Loaded>
      <p class="muted" role="status" tabIndex={-1} ref={status}>
        {done.text}
      </p>
      <details class="add-rule">
        <summary>Add a rule</summary>
        <NewRule added={() => finish("The rule was added.")} />
      </details>
      {doomed !== undefined && (
        <Confirm
          title="Remove this rule?"
          action="Remove the rule"
          confirm={() => remove(doomed)}
          close={() => setDoomed(undefined)}
        >
          <p>
            {sentenceOf(doomed)}. Recommendations follow at once. A removed rule cannot be brought back: add it again.
          </p>
        </Confirm>
      )}
    </Card>
  );
}

function List({ rows, remove }: { rows: Rule[]; remove: (rule: Rule) => void }) {
  const { format } = usePageContext();
  if (rows.length === 0)
    return <Empty title="There are no rules.">Recommendations are shown as they were learned.</Empty>;
  return (
    <Table
      caption="Rules of the shop"
      columns={columnsOf(format)}
      rows={rows}
      rowKey={(row) => String(row.id)}
      file="rules"
      action={{
        title: "Remove",
        show: (row) => (
          <button type="button" class="button" onClick={() => remove(row)}>
            Remove<span class="visually-hidden"> this rule: {sentenceOf(row)}</span>
          </button>
        ),
      }}
    />
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

function sentenceOf(rule: Rule): string {
  return `${effectOf(rule)}, ${rule.target} ${rule.target_id}`;
}
