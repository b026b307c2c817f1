/** What no consumer could process. */
import type { Schemas } from "../../api/client";
import { usePageContext } from "../../app/context";
import { FLOWS } from "../../figures/flow";
import { Card } from "../../ui/Card";
import { Empty } from "../../ui/States";
import { type Column, Table } from "../../ui/Table";

type Queue = Schemas["DeadLetters"];

/** Shows how many messages each dead-letter queue holds. */
export function DeadLetters({ queues }: { queues: Queue[] }) {
  const { format } = usePageContext();
  const columns: Column<Queue>[] = [
    { title: "Queue", value: (row) => row.queue },
    {
      title: "Messages",
      value: (row) => row.messages ?? null,
      show: (row) => <Messages count={row.messages ?? null} text={format.count(row.messages ?? null)} />,
      number: true,
    },
  ];
  return (
    <Card title="Dead-letter queues" width="third" definition={FLOWS.deadLetters}>
      {queues.length === 0 ? (
        <Empty title="This stack has no dead-letter queues." />
      ) : (
        <Table
          caption="Dead-letter queues"
          columns={columns}
          rows={queues}
          rowKey={(row) => row.queue}
          file="dead-letters"
        />
      )}
    </Card>
  );
}

function Messages({ count, text }: { count: number | null; text: string }) {
  if (count === null) return <span class="muted">unknown</span>;
  return <span class={count > 0 ? "bad" : ""}>{text}</span>;
}
