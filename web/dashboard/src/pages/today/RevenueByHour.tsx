/** Today's revenue by hour, beside yesterday's. */
import { useMemo } from "preact/hooks";
import { usePageContext } from "../../app/context";
import { FIGURES } from "../../figures/definitions";
import { Card } from "../../ui/Card";
import { Chart, type ChartData } from "../../ui/Chart";
import { Loaded } from "../../ui/States";
import { byHour, type Day } from "./day";

/** Shows the hours of today. */
export function RevenueByHour({ day }: { day: Day }) {
  const { zone } = usePageContext();
  const hours = day.hours.data;
  const yesterday = day.yesterday.data;
  const data = useMemo((): ChartData => {
    const times = (hours ?? []).map((window) => new Date(window.start));
    const begun = (time: Date | undefined) => time !== undefined && time.getTime() <= Date.now();
    const now = (hours ?? []).map((window, hour) => (begun(times[hour]) ? window.revenue : null));
    const starts = (hours ?? []).map((window) => window.start);
    const before = byHour(yesterday ?? [], starts, zone);
    return {
      title: "Revenue by hour",
      times,
      step: "hour",
      unit: "money",
      series: [
        { name: "Today", values: now, kind: "bars", tone: "accent" },
        { name: "Yesterday", values: before, kind: "line", tone: "quiet", dashed: true },
      ],
    };
  }, [hours, yesterday, zone]);
  return (
    <Card title="Revenue by hour" width="half" definition={FIGURES.revenue}>
      <Loaded query={day.hours} lines={6}>
        {() => <Chart data={data} file="revenue-by-hour" />}
      </Loaded>
    </Card>
  );
}
