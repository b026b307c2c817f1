/** Charts over time: bars and lines, a legend with the values under the pointer, and the same figures as a table. */
import { useEffect, useRef, useState } from "preact/hooks";
import type uPlot from "uplot";
import { usePageContext } from "../app/context";
import { watchTheme } from "../app/preferences";
import type { Format } from "./format";
import { Empty } from "./States";
import { type Column, moneyColumn, Table } from "./Table";

/** The length of a step on the time axis. */
export type Step = "hour" | "day" | "week" | "month";

/** A series: one value per step; null where there is none. */
export interface Series {
  name: string;
  values: (number | null)[];
  kind: "bars" | "line";
  tone: "accent" | "quiet" | "second" | "third" | "fourth";
  /** Lines without a fill, for comparisons. */
  dashed?: boolean;
}

/** What a chart shows. */
export interface ChartData {
  title: string;
  /** The starts of the steps. */
  times: Date[];
  step: Step;
  series: Series[];
  /** Values are amounts in minor units, counts, or other numbers. */
  unit: "money" | "count" | "score" | "share";
}

/** Shows a chart, or its table. `file` names the CSV. */
export function Chart({ data, file, height = 240 }: { data: ChartData; file: string; height?: number }) {
  const [asTable, setAsTable] = useState(false);
  const [index, setIndex] = useState<number | null>(null);
  const { format } = usePageContext();
  if (data.times.length === 0) return <Empty title="No data in this period." />;
  return (
    <figure class="chart">
      <figcaption class="chart-legend">
        <span class="chart-time">{index === null ? "" : stepName(format, data, index)}</span>
        {data.series.map((series) => (
          <span key={series.name} class="chart-key">
            <span class={`swatch ${series.tone}`} aria-hidden="true" /> {series.name}
            {index !== null && <b>{valueText(format, data.unit, series.values[index])}</b>}
          </span>
        ))}
        <button
          type="button"
          class="text-button chart-switch"
          aria-pressed={asTable}
          onClick={() => setAsTable(!asTable)}
        >
          {asTable ? "Show as chart" : "Show as table"}
          <span class="visually-hidden">: {data.title}</span>
        </button>
      </figcaption>
      {asTable ? <ChartTable data={data} file={file} /> : <Canvas data={data} height={height} point={setIndex} />}
    </figure>
  );
}

function Canvas({ data, height, point }: { data: ChartData; height: number; point: (index: number | null) => void }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const { format } = usePageContext();
  const latest = useRef(data);
  latest.current = data;
  const shape = JSON.stringify([
    data.step,
    data.unit,
    data.series.map(({ name, kind, tone }) => [name, kind, tone]),
    format,
  ]);
  useEffect(() => {
    const element = box.current;
    return element === null
      ? undefined
      : keepDrawn(element, plot, (draw) => draw(element, latest.current, format, height, point));
  }, [shape, height]);
  useEffect(() => plot.current?.setData(aligned(data)), [data]);
  return (
    <div
      class={`chart-box height-${height}`}
      ref={box}
      role="img"
      aria-label={`Chart: ${data.title}. The table has the values.`}
    />
  );
}

/** The numbers of a chart as uPlot takes them: times in seconds, then each series. */
export function aligned(data: ChartData): uPlot.AlignedData {
  return [data.times.map((time) => time.getTime() / 1_000), ...data.series.map((series) => series.values)];
}

const STEP_TITLES: Record<Step, string> = { hour: "Time", day: "Day", week: "Week from", month: "Month" };

type Drawing = typeof import("./drawing");

/** Draws into `element`; redraws when the colours change, and resizes to the width. */
function keepDrawn(
  element: HTMLElement,
  plot: { current: uPlot | undefined },
  drawWith: (draw: Drawing["draw"]) => uPlot,
): () => void {
  let closed = false;
  const redraw = async () => {
    const { draw } = await import("./drawing");
    if (closed) return;
    plot.current?.destroy();
    plot.current = drawWith(draw);
  };
  const fit = new ResizeObserver(() =>
    plot.current?.setSize({ width: element.clientWidth, height: plot.current.height }),
  );
  const unwatch = watchTheme(() => void redraw());
  void redraw().then(() => !closed && fit.observe(element));
  return () => {
    closed = true;
    fit.disconnect();
    unwatch();
    plot.current?.destroy();
    plot.current = undefined;
  };
}

function ChartTable({ data, file }: { data: ChartData; file: string }) {
  const { format } = usePageContext();
  const first: Column<number> = {
    title: STEP_TITLES[data.step],
    value: (row) => data.times[row]?.toISOString() ?? null,
    show: (row) => stepName(format, data, row),
  };
  const others = data.series.map(({ name, values }): Column<number> => {
    const value = (row: number) => values[row] ?? null;
    if (data.unit === "money") return moneyColumn(name, format, format.currency, value);
    return { title: name, value, show: (row) => valueText(format, data.unit, value(row)), number: true };
  });
  const rows = data.times.map((_, row) => row);
  return <Table caption={data.title} columns={[first, ...others]} rows={rows} rowKey={String} file={file} />;
}

function valueText(format: Format, unit: ChartData["unit"], value: number | null | undefined): string {
  if (unit === "money") return format.money(value);
  if (unit === "share") return format.share(value);
  return unit === "count" ? format.count(value) : format.decimal(value);
}

function stepName(format: Format, data: ChartData, index: number): string {
  const time = data.times[index];
  if (data.step === "hour") return format.time(time);
  return data.step === "month" ? format.month(time) : format.day(time);
}
