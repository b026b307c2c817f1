import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";

/** The maximum size of the tracker, compressed. */
const MAX_BYTES = 4096;

for (const name of ["tracker.js", "tracker.iife.js"]) {
  test(`${name} has at most ${MAX_BYTES} bytes compressed`, () => {
    const text = readFileSync(new URL(`../dist/${name}`, import.meta.url));
    const size = gzipSync(text).length;
    console.log(`${name}: ${text.length} bytes, ${size} with gzip, at most ${MAX_BYTES}`);
    expect(size).toBeLessThanOrEqual(MAX_BYTES);
  });
}
