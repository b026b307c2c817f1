/** New users by day. */
import { useMemo } from "preact/hooks";
import type { Schemas } from "../../api/client";
import { useQuery } from "../../api/useQuery";
import { usePageContext } from "../../app/context";
import { useChoice } from "../../app/location";
import { FIGURES } from "../../figures/definitions";
import { lastDays } from "../../figures/sales";
import { Card } from "../../ui/Card";
import { Chart, type ChartData } from "../../ui/Chart";
import { Segments } from "../../ui/Choice";
import { addDays, startOfDay } from "../../ui/day";
import { Figure } from "../../ui/Figure";
import { Loaded } from "../../ui/States";
import { useToday } from "../../ui/today";

type Day = Schemas["Users"]["dailyUsers"][number];

const RANGES = [
  ["30", "30 days"],
  ["90", "90 days"],
  ["365", "A year"],
] as const;

const USERS_MS = 10_000;

/** Shows registrations by day, and the total of users. */
export function Growth() {
  const { api, zone } = usePageContext();
  const [range, choose] = useChoice("users", "30", RANGES);
  const today = useToday(zone);
  const { first, last } = lastDays(today, Number(range));
  const query = { from: first, to: addDays(last, 1), tz: zone };
  const users = useQuery(
    JSON.stringify(query),
    (signal) => api.get("/api/analytics/users", { query }, signal),
    USERS_MS,
  );
  const days = users.data?.dailyUsers;
  const chart = useMemo(() => chartOf(days ?? [], zone), [days, zone]);
  return (
    <Card
      title="New users"
      definition={FIGURES.newUsers}
      actions={<Segments label="Range of the new users" options={RANGES} value={range} choose={choose} />}
    >
      <Loaded query={users}>
        {(answer) => (
          <>
            <div class="figures">
              <Figure definition={FIGURES.totalUsers} value={answer.totalUsers} scope="shop" />
              <Figure
                definition={FIGURES.newUsers}
                value={days?.at(-1)?.registered}
                scope={`shop ${today}`}
                note="today"
              />
              <Figure
                definition={FIGURES.newUsersInRange}
                value={answer.dailyUsers.reduce((sum, day) => sum + day.registered, 0)}
                scope={`shop ${first}..${last}`}
              />
            </div>
            <Chart data={chart} file="new-users" />
          </>
        )}
      </Loaded>
    </Card>
  );
}

function chartOf(days: Day[], zone: string): ChartData {
  return {
    title: "New users by day",
    times: days.map((day) => startOfDay(day.date, zone)),
    step: "day",
    unit: "count",
    series: [{ name: "New users", values: days.map((day) => day.registered), kind: "bars", tone: "second" }],
  };
}
