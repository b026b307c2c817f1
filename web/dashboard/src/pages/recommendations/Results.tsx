/** Click-through, conversions and lift of recommendations. */
import { useMemo } from "preact/hooks";
import type { Schemas } from "../../api/client";
import { useQuery } from "../../api/useQuery";
import { usePageContext } from "../../app/context";
import { liftNote, RECOMMENDED, sumOf } from "../../figures/recommendation";
import type { Days } from "../../figures/sales";
import { Card } from "../../ui/Card";
import { Chart, type ChartData, type Series } from "../../ui/Chart";
import { addDays } from "../../ui/day";
import { Figure } from "../../ui/Figure";
import { Empty, Failure, Loading } from "../../ui/States";
import { Placements } from "./Placements";

type Answer = Schemas["RecommendationResults"];

const RESULTS_MS = 5_000;

/** Shows the figures of a span of days of UTC. */
export function Results({ days }: { days: Days }) {
  const { api } = usePageContext();
  const query = { from: days.first, to: addDays(days.last, 1) };
  const results = useQuery(
    JSON.stringify(query),
    (signal) => api.get("/api/analytics/recommendations", { query }, signal),
    RESULTS_MS,
  );
  if (results.data === undefined) {
    const { problem, reload } = results;
    return (
      <Card title="Results">
        {problem === undefined ? <Loading lines={6} /> : <Failure problem={problem} reload={reload} />}
      </Card>
    );
  }
  return <ResultCards results={results.data} days={days} />;
}

function ResultCards({ results, days }: { results: Answer; days: Days }) {
  const scope = `recommendations ${days.first}..${days.last}`;
  const all = sumOf(results.days.flatMap((day) => [day.learned, day.control]));
  const chart = useMemo(() => chartOf(results, days), [results, days.first, days.last]);
  return (
    <>
      <section class="card figures" aria-label="Recommendations in figures">
        <Figure definition={RECOMMENDED.impressions} value={all.impressions} scope={scope} />
        <Figure definition={RECOMMENDED.clicks} value={all.clicks} scope={scope} />
        <Figure definition={RECOMMENDED.clickRate} value={all.clickRate ?? null} scope={scope} />
        <Figure definition={RECOMMENDED.conversions} value={all.conversions} scope={scope} />
        <Figure definition={RECOMMENDED.conversionRate} value={all.conversionRate ?? null} scope={scope} />
      </section>
      <ComparisonCard results={results} scope={scope} />
      <Card title="Click-through by day" width="two-thirds" definition={RECOMMENDED.clickRate}>
        {all.impressions === 0 ? (
          <Empty title="No recommendations were shown in this period.">
            Choose a longer range above. The shop's pages report what they show as product_impression events with the
            recommendation_id of the answer in their metadata.
          </Empty>
        ) : (
          <Chart data={chart} file="click-through" />
        )}
      </Card>
      <Placements days={results.days} />
    </>
  );
}

/** Learned recommendations compared with the control group. */
function ComparisonCard({ results, scope }: { results: Answer; scope: string }) {
  const { format } = usePageContext();
  const { learned, control, clickLift, conversionLift } = results.compared;
  return (
    <Card title="Compared with the control group" width="third" definition={RECOMMENDED.clickLift}>
      <div class="figures">
        <Figure
          definition={RECOMMENDED.clickLift}
          value={clickLift?.ratio ?? null}
          scope={scope}
          note={liftNote(format, clickLift)}
        />
        <Figure
          definition={RECOMMENDED.conversionLift}
          value={conversionLift?.ratio ?? null}
          scope={scope}
          note={liftNote(format, conversionLift)}
        />
      </div>
      <p class="muted small">
        Learned: {format.count(learned.clicks)} clicks of {format.count(learned.impressions)} shown. Control group:{" "}
        {format.count(control.clicks)} of {format.count(control.impressions)}, in visits and for accounts.
        {control.impressions === 0 &&
          " The control group is empty: set RecommendHoldoutPercent to compare learned recommendations with popular products."}
      </p>
    </Card>
  );
}

function chartOf(results: Answer, days: Days): ChartData {
  const dates: string[] = [];
  for (let day = days.first; day <= days.last; day = addDays(day, 1)) dates.push(day);
  const ratesOf = (pick: "learned" | "control") =>
    dates.map(
      (date) => sumOf(results.days.filter((day) => day.date === date).map((day) => day[pick])).clickRate ?? null,
    );
  const learned: Series = { name: "Learned", values: ratesOf("learned"), kind: "bars", tone: "accent" };
  const control: Series = {
    name: "Control group",
    values: ratesOf("control"),
    kind: "line",
    tone: "third",
    dashed: true,
  };
  return {
    title: "Click-through by day",
    times: dates.map((date) => new Date(`${date}T12:00:00Z`)),
    step: "day",
    unit: "share",
    series: control.values.some((value) => value !== null) ? [learned, control] : [learned],
  };
}
