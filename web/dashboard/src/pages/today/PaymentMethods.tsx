/** How customers pay. */

import type { Schemas } from "../../api/client";
import { useQuery } from "../../api/useQuery";
import { usePageContext } from "../../app/context";
import { useChoice } from "../../app/location";
import { FIGURES } from "../../figures/definitions";
import { lastDays } from "../../figures/sales";
import { Card } from "../../ui/Card";
import { Segments } from "../../ui/Choice";
import { addDays } from "../../ui/day";
import { Meter } from "../../ui/Meter";
import { Empty, Loaded } from "../../ui/States";
import { type Column, countColumn, moneyColumn, Table } from "../../ui/Table";

type Row = Schemas["PaymentMethods"]["paymentMethods"][number];

const RANGES = [
  ["1", "Today"],
  ["7", "7 days"],
  ["30", "30 days"],
] as const;

const METHODS_MS = 5_000;

/** Shows revenue and orders by payment method. */
export function PaymentMethods({ today }: { today: string }) {
  const { api, zone, currency, format } = usePageContext();
  const [range, choose] = useChoice("methods", "30", RANGES);
  const { first, last } = lastDays(today, Number(range));
  const query = { from: first, to: addDays(last, 1), tz: zone, currency };
  const path = "/api/analytics/revenue/payment-methods";
  const methods = useQuery(JSON.stringify(query), (signal) => api.get(path, { query }, signal), METHODS_MS);
  return (
    <Card
      title="Payment methods"
      width="half"
      definition={FIGURES.paymentMethods}
      actions={<Segments label="Range of the payment methods" options={RANGES} value={range} choose={choose} />}
    >
      <Loaded query={methods}>
        {({ paymentMethods }) => {
          const total = paymentMethods.reduce((sum, row) => sum + row.amountMinor, 0);
          const columns: Column<Row>[] = [
            { title: "Method", value: (row) => row.method },
            countColumn("Orders", format, (row) => row.orders),
            moneyColumn("Revenue", format, currency, (row) => row.amountMinor),
            {
              title: "Share",
              value: (row) => row.amountMinor / total,
              show: (row) => <Meter share={row.amountMinor / total} label={row.method} />,
            },
          ];
          if (paymentMethods.length === 0) {
            return <Empty title="Nothing was paid in this period.">Choose a longer range above.</Empty>;
          }
          return (
            <Table
              caption="Payment methods"
              columns={columns}
              rows={paymentMethods}
              rowKey={(row) => row.method}
              file="payment-methods"
            />
          );
        }}
      </Loaded>
    </Card>
  );
}
