/** All findings, newest first. */
import { useQuery } from "../../api/useQuery";
import { usePageContext } from "../../app/context";
import { link, useChoice } from "../../app/location";
import { FIGURES } from "../../figures/definitions";
import { type Finding, RULE_IDS, type Rule, ruleMeaning, ruleName, subjectOf, summary } from "../../figures/finding";
import { Card, Grid, PageHeader } from "../../ui/Card";
import { Select } from "../../ui/Choice";
import type { Format } from "../../ui/format";
import { Pager, usePages } from "../../ui/Pager";
import { Empty, Loaded } from "../../ui/States";
import { type Column, Table } from "../../ui/Table";

const LIST_MS = 5_000;
const PAGE_SIZE = 20;

const CHOICES = [["", "All rules"], ...RULE_IDS.map((id) => [id, ruleName(id)] as const)] as const;

/** Shows the findings of all rules or of one. */
export function List() {
  const { api, format } = usePageContext();
  const [rule, choose] = useChoice<Rule | "">("rule", "", CHOICES);
  const pages = usePages(rule);
  const query = { limit: PAGE_SIZE, rule: rule === "" ? undefined : rule, cursor: pages.cursor };
  // Only the first page changes; the others are read once.
  const every = pages.cursor === undefined ? LIST_MS : undefined;
  const alerts = useQuery(
    JSON.stringify(query),
    (signal) => api.get("/api/v1/analytic/alerts", { query }, signal),
    every,
  );
  return (
    <>
      <PageHeader title="Alerts" about="What the rules about orders, carts and products found, newest first.">
        <Select label="Rule" value={rule} options={CHOICES} choose={choose} />
      </PageHeader>
      <Grid>
        <Card title={rule === "" ? "All rules" : ruleName(rule)} definition={FIGURES.findings}>
          {rule !== "" && <p class="muted about">{ruleMeaning(rule)}</p>}
          <Loaded query={alerts}>
            {({ data, pagination }) => (
              <>
                <Findings findings={data} format={format} />
                <Pager pages={pages} next={pagination.next_cursor} />
              </>
            )}
          </Loaded>
        </Card>
      </Grid>
    </>
  );
}

function Findings({ findings, format }: { findings: Finding[]; format: Format }) {
  if (findings.length === 0)
    return <Empty title="No alerts.">Choose another rule above, or wait: the list updates automatically.</Empty>;
  const columns: Column<Finding>[] = [
    {
      title: "Rule",
      value: (row) => ruleName(row.rule),
      show: (row) => <a href={link(["alerts", row.id])}>{ruleName(row.rule)}</a>,
    },
    { title: "What", value: (row) => summary(row, format) },
    { title: "Subject", value: (row) => row.subject, show: (row) => <code>{subjectOf(row).id}</code> },
    { title: "Found", value: (row) => row.date_created, show: (row) => format.time(row.date_created) },
    {
      title: "History",
      value: (row) => (row.historical ? "yes" : ""),
      show: (row) => row.historical && <span class="badge">from history</span>,
    },
  ];
  return <Table caption="Alerts" columns={columns} rows={findings} rowKey={(row) => row.id} file="alerts" />;
}
