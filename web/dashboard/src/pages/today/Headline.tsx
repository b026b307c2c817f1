/** The figures of today, compared with yesterday. */
import { useQuery } from "../../api/useQuery";
import { usePageContext } from "../../app/context";
import { changeOf } from "../../figures/change";
import { FIGURES } from "../../figures/definitions";
import { ordersLink } from "../../figures/links";
import { averageOrder, scopeOf, type Totals } from "../../figures/sales";
import { addDays } from "../../ui/day";
import { Figure } from "../../ui/Figure";
import { Failure } from "../../ui/States";
import type { Day } from "./day";

const TOTALS_MS = 5_000;

/** Shows revenue, orders and users of today. */
export function Headline({ day }: { day: Day }) {
  const { currency, format } = usePageContext();
  const scope = scopeOf(day.days, currency);
  const href = ordersLink(day.days);
  const change = (pick: (totals: Totals) => number | null, write: (value: number | null) => string) => {
    const [now, before] = [day.totals && pick(day.totals), day.before && pick(day.before)];
    const percent = now === undefined || before === undefined ? undefined : changeOf(now ?? 0, before ?? 0);
    return {
      percent,
      from: `from ${write(before ?? null)} yesterday by this time`,
      none: "none yesterday by this time",
    };
  };
  if (day.hours.data === undefined && day.hours.problem !== undefined) {
    return <Failure problem={day.hours.problem} reload={day.hours.reload} />;
  }
  return (
    <section class="card figures headline" aria-label="Today in figures">
      <Figure
        definition={FIGURES.revenue}
        value={day.totals?.revenue}
        scope={scope}
        href={href}
        change={change((totals) => totals.revenue, format.money)}
      />
      <Figure
        definition={FIGURES.ordersPaid}
        value={day.totals?.orders}
        scope={scope}
        href={href}
        change={change((totals) => totals.orders, format.count)}
      />
      <Figure
        definition={FIGURES.averageOrder}
        value={day.totals && averageOrder(day.totals)}
        scope={scope}
        href={href}
        change={change(averageOrder, format.money)}
      />
      <Placed day={day} />
      <Users today={day.days.first} />
    </section>
  );
}

function Users({ today }: { today: string }) {
  const { api, zone, format } = usePageContext();
  const query = { from: addDays(today, -1), to: addDays(today, 1), tz: zone };
  const users = useQuery(
    JSON.stringify(query),
    (signal) => api.get("/api/analytics/users", { query }, signal),
    TOTALS_MS,
  );
  const [before, now] = users.data?.dailyUsers ?? [];
  // Only the whole of yesterday is known: a change in percent would compare it with a part of today.
  const note = before === undefined ? "" : `${format.count(before.registered)} yesterday, the whole day`;
  return <Figure definition={FIGURES.newUsers} value={now?.registered} scope={`shop ${today}`} note={note} />;
}

function Placed({ day }: { day: Day }) {
  const { api, zone, currency, format } = usePageContext();
  const query = { tz: zone, currency };
  const overview = useQuery(
    JSON.stringify(query),
    (signal) => api.get("/api/analytics/dashboard", { query }, signal),
    TOTALS_MS,
  );
  const all = overview.data;
  return (
    <Figure
      definition={FIGURES.ordersPlaced}
      value={all?.ordersToday}
      scope={`shop ${day.days.first}`}
      href={ordersLink(day.days, "placed")}
      note={all === undefined ? "" : `${format.count(all.totalOrders)} since the shop opened`}
    />
  );
}
