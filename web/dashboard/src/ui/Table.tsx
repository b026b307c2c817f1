/** Tables that can be sorted and saved as CSV. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { type Cell, csvOf, download } from "./csv";
import type { Format } from "./format";
import { exactOf } from "./money";

/** A column: its title, the value that sorts it and goes to CSV, and how a row shows it. */
export interface Column<Row> {
  title: string;
  value: (row: Row) => Cell;
  /** What is shown; the value when absent. */
  show?: (row: Row) => ComponentChildren;
  /** Numbers are right-aligned, with digits of equal width. */
  number?: boolean;
  /** Replaces `title` and `value` in the CSV. */
  csv?: { title: string; value: (row: Row) => Cell };
}

/** A column of amounts in minor units; in CSV they are exact numbers in the major unit. */
export function moneyColumn<Row>(
  title: string,
  format: Format,
  currency: string | null | undefined,
  value: (row: Row) => number | null,
): Column<Row> {
  const exact = (row: Row) => exactOf(value(row), currency);
  const show = (row: Row) => format.money(value(row), currency);
  return {
    title,
    value,
    show,
    number: true,
    csv: { title: currency ? `${title} (${currency})` : title, value: exact },
  };
}

/** A column of counts. */
export function countColumn<Row>(title: string, format: Format, value: (row: Row) => number | null): Column<Row> {
  return { title, value, show: (row) => format.count(value(row)), number: true };
}

interface Props<Row> {
  caption: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string;
  /** The name of the CSV file, without its extension. */
  file: string;
  /** Hides the caption from sight where the card's title says the same. */
  captionHidden?: boolean;
  /** What can be done with a row: a last column, which is neither sorted nor saved. */
  action?: { title: string; show: (row: Row) => ComponentChildren };
}

interface Order {
  column: number;
  descending: boolean;
}

/** A table. A click on a heading sorts by it: numbers descending first, texts ascending. */
export function Table<Row>({ caption, columns, rows, rowKey, file, captionHidden = true, action }: Props<Row>) {
  const [order, setOrder] = useState<Order | undefined>();
  const sorted = order === undefined ? rows : sort(rows, columns[order.column], order.descending);
  const sortBy = (column: number) => {
    const descending = order?.column === column ? !order.descending : columns[column]?.number === true;
    setOrder({ column, descending });
  };
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: keyboard users must be able to scroll a wide table */}
      <section class="table-box" aria-label={`${caption} (table)`} tabIndex={0}>
        <table>
          <caption class={captionHidden ? "visually-hidden" : ""}>{caption}</caption>
          <thead>
            <tr>
              {columns.map((column, index) => (
                <Heading
                  key={column.title}
                  column={column}
                  order={order?.column === index ? order : undefined}
                  sort={() => sortBy(index)}
                />
              ))}
              {action !== undefined && (
                <th scope="col">
                  <span class="visually-hidden">{action.title}</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {sorted.map((row) => (
              <tr key={rowKey(row)}>
                {columns.map((column) => (
                  <td key={column.title} class={column.number === true ? "number" : ""}>
                    {column.show === undefined ? column.value(row) : column.show(row)}
                  </td>
                ))}
                {action !== undefined && <td class="row-action">{action.show(row)}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <button type="button" class="text-button csv" onClick={() => save(file, columns, sorted)}>
        Save as CSV<span class="visually-hidden">: {caption}</span>
      </button>
    </>
  );
}

function Heading<Row>({ column, order, sort }: { column: Column<Row>; order: Order | undefined; sort: () => void }) {
  const direction = order === undefined ? "none" : order.descending ? "descending" : "ascending";
  return (
    <th scope="col" aria-sort={direction} class={column.number === true ? "number" : ""}>
      <button type="button" onClick={sort}>
        {column.title}
        <span class="sort-mark" aria-hidden="true">
          {order === undefined ? "" : order.descending ? "↓" : "↑"}
        </span>
      </button>
    </th>
  );
}

/** The rows sorted by a column; rows without a value come last. */
export function sort<Row>(rows: Row[], column: Column<Row> | undefined, descending: boolean): Row[] {
  if (column === undefined) return rows;
  const sign = descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [left, right] = [column.value(a), column.value(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    if (typeof left === "number" && typeof right === "number") return sign * (left - right);
    return sign * String(left).localeCompare(String(right));
  });
}

function save<Row>(file: string, columns: Column<Row>[], rows: Row[]): void {
  const source = columns.map((column) => column.csv ?? column);
  const cells = rows.map((row) => source.map((column) => column.value(row)));
  download(
    `${file}.csv`,
    csvOf(
      source.map((column) => column.title),
      cells,
    ),
  );
}
