import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";

const DIST = join(import.meta.dirname, "../dist");
/** The maximum compressed size, including the sign-in library, which loads only for a sign-in. */
const LIMIT = 60 * 1024;

function compressed(path: string): number {
  return gzipSync(readFileSync(path), { level: 9 }).length;
}

test("the whole shop is smaller than 60 KB compressed", () => {
  const files = readdirSync(join(DIST, "assets")).map((name) => join("assets", name));
  const sizes = ["index.html", ...files].map((name) => [name, compressed(join(DIST, name))] as const);
  const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
  for (const [name, bytes] of sizes) console.log(`${String(bytes).padStart(7)}  ${name}`);
  console.log(`${String(total).padStart(7)}  in total, of at most ${LIMIT}`);
  expect(total).toBeLessThan(LIMIT);
});
