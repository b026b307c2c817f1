/** Prints what the first view loads, compressed, and fails when it is too much. Run after a build. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** What the first view may weigh, compressed. */
const LIMIT_BYTES = 200_000;

/** The modules of the first view: the entry with its imports, the page of an administrator, and the charts on it. */
const FIRST_VIEW = /^(index|Today|uplot|Chart|Card|Choice|Table)-/;

const folder = join(import.meta.dirname, "dist/assets");
const files = readdirSync(folder).map((name) => ({
  name,
  bytes: gzipSync(readFileSync(join(folder, name)), { level: 9 }).length,
}));
const first = files.filter(({ name }) => FIRST_VIEW.test(name));
const sum = (list: typeof files) => list.reduce((total, { bytes }) => total + bytes, 0);
for (const { name, bytes } of files.sort((a, b) => b.bytes - a.bytes))
  console.log(`${String(bytes).padStart(8)}  ${name}`);
console.log(
  `dashboard: the first view has ${sum(first)} bytes compressed, all views ${sum(files)} (limit of the first: ${LIMIT_BYTES})`,
);
if (sum(first) > LIMIT_BYTES || first.length < 2) process.exit(1);
