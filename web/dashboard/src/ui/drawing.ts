/** Draws charts with uPlot in the colours of the style sheet. Loaded with the first chart. */
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { aligned, type ChartData, type Series, type Step } from "./Chart";
import type { Format } from "./format";

const STEP_SECONDS: Record<Step, number> = { hour: 3_600, day: 86_400, week: 604_800, month: 2_629_746 };

/** Draws a chart into an element. `point` is called with the step under the pointer. */
export function draw(
  element: HTMLElement,
  data: ChartData,
  format: Format,
  height: number,
  point: (index: number | null) => void,
): uPlot {
  const options: uPlot.Options = {
    width: element.clientWidth,
    height,
    padding: [12, 8, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { show: false }, y: false },
    scales: {
      x: { time: true, range: (_, min, max) => padded(min, max, STEP_SECONDS[data.step]) },
      y: { range: fromZero },
    },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), format.zone),
    axes: [timeAxis(data, format), valueAxis(data, format)],
    series: [{}, ...data.series.map(seriesOptions)],
    hooks: { setCursor: [(plot) => point(plot.cursor.idx ?? null)] },
  };
  return new uPlot(options, aligned(data), element);
}

/** Adds half a step on both sides, so that the first and the last bar are not cut off. */
function padded(min: number, max: number, step: number): [number, number] {
  return [min - step / 2, max + step / 2];
}

function fromZero(_: uPlot, min: number | null, max: number | null): [number, number] {
  const top = Math.max(max ?? 0, 0);
  const bottom = Math.min(min ?? 0, 0);
  const space = (top - bottom) * 0.08;
  return top === 0 && bottom === 0 ? [0, 1] : [bottom < 0 ? bottom - space : 0, top + space];
}

function timeAxis(data: ChartData, format: Format): uPlot.Axis {
  const write = new Intl.DateTimeFormat(format.locale, { ...axisFields(data.step), timeZone: format.zone });
  return {
    ...lines(),
    space: 72,
    size: 32,
    grid: { show: false },
    incrs: increments(data.step),
    values: (_, splits) => splits.map((seconds) => write.format(seconds * 1_000)),
  };
}

/** Ticks are at whole steps only. */
function increments(step: Step): number[] {
  const length = STEP_SECONDS[step];
  if (step === "hour") return [1, 2, 3, 4, 6, 12, 24].map((count) => count * length);
  if (step === "month") return [1, 2, 3, 6, 12].map((count) => count * 30 * 86_400);
  return [1, 2, 5, 7, 14, 28, 56].map((days) => days * 86_400);
}

function axisFields(step: Step): Intl.DateTimeFormatOptions {
  if (step === "hour") return { hour: "2-digit", minute: "2-digit" };
  return step === "month" ? { month: "short" } : { day: "numeric", month: "short" };
}

function valueAxis(data: ChartData, format: Format): uPlot.Axis {
  const write = data.unit === "money" ? format.shortMoney : data.unit === "share" ? format.share : format.short;
  const whole = data.unit === "count" || data.unit === "money";
  return {
    ...lines(),
    space: 40,
    size: 60,
    ticks: { show: false },
    values: (_, splits) => splits.map((value) => (whole && !Number.isInteger(value) ? "" : write(value))),
  };
}

function lines(): Pick<uPlot.Axis, "stroke" | "grid" | "ticks" | "font"> {
  const line = { stroke: colour("--line"), width: 1 };
  return { stroke: colour("--muted"), grid: line, ticks: { ...line, size: 4 }, font: `12px ${fontFamily()}` };
}

function seriesOptions(series: Series): uPlot.Series {
  const stroke = colour(`--series-${series.tone}`);
  const shared = { label: series.name, stroke, points: { show: false } };
  if (series.kind === "bars") return { ...shared, fill: stroke, width: 0, paths: bars };
  return { ...shared, width: 2, ...(series.dashed === true ? { dash: [4, 4] } : {}) };
}

/** Bars that leave a third of their step free and have slightly rounded tops. */
const bars = uPlot.paths.bars?.({ size: [0.66, 48], radius: 0.15 }) ?? (() => null);

/** A colour of the style sheet, resolved: a canvas takes neither variables nor `light-dark()`. */
function colour(name: string): string {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function fontFamily(): string {
  return getComputedStyle(document.body).fontFamily;
}
