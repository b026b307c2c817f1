/** Tables as CSV (RFC 4180), for spreadsheets. */

/** A cell: a number or a text. */
export type Cell = string | number | null;

/** The text of a file with a header. */
export function csvOf(header: string[], rows: Cell[][]): string {
  return [header, ...rows]
    .map((row) => row.map(field).join(","))
    .join("\r\n")
    .concat("\r\n");
}

/**
 * Spreadsheets treat text that begins with one of these as a formula; ids and names come from outside. Some begin a new
 * cell at a semicolon, a tab or a line break, whatever the quotes say.
 */
const FORMULA = /(^|[;\t\r\n])(?=[=+\-@\t\r])/g;
const NUMBER = /^-?\d+(\.\d+)?$/;

function field(cell: Cell): string {
  if (cell === null) return "";
  const text = String(cell);
  const safe = NUMBER.test(text) ? text : text.replace(FORMULA, "$1'");
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Saves a file on the device of the user. The byte order mark tells Excel that it is UTF-8. */
export function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" }));
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}
