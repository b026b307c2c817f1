/** Prints the compressed size of the views, and fails if the first view is too large. Run it after a build. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** The maximum compressed size of the first view. */
const LIMIT_BYTES = 200_000;

/** The first view of an administrator: the shell, the page, and its charts. */
const FIRST_VIEW = ["index.html", "src/pages/today/Today.tsx", "src/ui/drawing.ts"];

interface Chunk {
  file: string;
  imports?: string[];
  css?: string[];
}

const dist = join(import.meta.dirname, "dist");
const manifest: Record<string, Chunk> = JSON.parse(readFileSync(join(dist, ".vite/manifest.json"), "utf8"));

/** The files of chunks and of everything that they import. */
function filesOf(names: string[], seen = new Set<string>()): Set<string> {
  for (const name of names) {
    const chunk = manifest[name];
    if (chunk === undefined) throw new Error(`${name} is not in the build: correct the list of the first view`);
    if (seen.has(chunk.file)) continue;
    for (const file of [chunk.file, ...(chunk.css ?? [])]) seen.add(file);
    filesOf(chunk.imports ?? [], seen);
  }
  return seen;
}

/** The compressed size of files, as a server with gzip sends them. */
function bytesOf(files: Iterable<string>): number {
  return [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(dist, file)), { level: 9 }).length, 0);
}

const first = bytesOf(["index.html", ...filesOf(FIRST_VIEW)]);
const all = bytesOf(["index.html", ...filesOf(Object.keys(manifest))]);
console.log(`dashboard: the first view has ${first} bytes compressed, all views together ${all}; limit ${LIMIT_BYTES}`);
if (first > LIMIT_BYTES) throw new Error("the first view is too large");
