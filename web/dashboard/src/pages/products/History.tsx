/** The points of a product over time. */
import { useMemo } from "preact/hooks";
import type { Schemas } from "../../api/client";
import { useQuery } from "../../api/useQuery";
import { usePageContext } from "../../app/context";
import { useChoice } from "../../app/location";
import { PRODUCT } from "../../figures/popularity";
import { Card } from "../../ui/Card";
import { Chart, type ChartData } from "../../ui/Chart";
import { Segments } from "../../ui/Choice";
import { Loaded } from "../../ui/States";
import { useToday } from "../../ui/today";
import { type Range, spanOf } from "./range";

type Bucket = Schemas["HistoryBucket"];
type Measure = "points" | "events";

const MEASURES = [
  ["points", "Points"],
  ["events", "Events"],
] as const;

const HISTORY_MS = 10_000;

/** Shows points or events by hour or day. */
export function History({ id, range }: { id: string; range: Range }) {
  const { api, zone } = usePageContext();
  const [measure, setMeasure] = useChoice<Measure>("history", "points", MEASURES);
  const span = spanOf(range, useToday(zone), zone);
  const query = { granularity: span.step, start: span.start, end: span.end, tz: span.zone };
  const path = { spu_id: id };
  const history = useQuery(
    JSON.stringify([id, query]),
    async (signal) =>
      (await api.get("/api/v1/analytic/popularity/{spu_id}/history", { path, query }, signal)).data.buckets,
    HISTORY_MS,
  );
  const buckets = history.data;
  const data = useMemo(() => chartOf(buckets ?? [], measure, span.step), [buckets, measure, span.step]);
  return (
    <Card
      title={measure === "points" ? "Points over time" : "Events over time"}
      width="half"
      definition={PRODUCT.history}
      actions={<Segments label="What is shown over time" options={MEASURES} value={measure} choose={setMeasure} />}
    >
      <Loaded query={history} lines={6}>
        {() => (
          <>
            <Chart data={data} file={`product-${measure}`} />
            {span.zone !== zone && (
              <p class="muted small">
                Days are in UTC: hourly points, which other time zones need, are kept for 35 days.
              </p>
            )}
          </>
        )}
      </Loaded>
    </Card>
  );
}

function chartOf(buckets: Bucket[], measure: Measure, step: "hour" | "day"): ChartData {
  const times = buckets.map((bucket) => new Date(bucket.start));
  if (measure === "points") {
    const values = buckets.map((bucket) => bucket.points);
    const series = [{ name: "Points", values, kind: "bars", tone: "accent" }] as const;
    return { title: "Points over time", times, step, unit: "score", series: [...series] };
  }
  return {
    title: "Events over time",
    times,
    step,
    unit: "count",
    series: [
      { name: "Counted", values: buckets.map((bucket) => bucket.counted), kind: "bars", tone: "accent" },
      { name: "Capped", values: buckets.map((bucket) => bucket.capped), kind: "line", tone: "third" },
      { name: "Excluded", values: buckets.map((bucket) => bucket.excluded), kind: "line", tone: "fourth" },
    ],
  };
}
