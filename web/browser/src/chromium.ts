/** The Chromium of the tests: the package's archive, unpacked once into `.local/` of the project. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const LOCAL = resolve(import.meta.dirname, "../../../.local");

/** How Chromium is started. The package's own arguments are not used, because they disable web security. */
export const CHROMIUM_ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"];

/** Returns the path of the executable, and points fontconfig to its fonts. */
export async function chromiumPath(): Promise<string> {
  const folder = join(LOCAL, `chromium-${version()}`);
  if (!existsSync(folder)) await unpack(folder);
  process.env["FONTCONFIG_PATH"] = join(folder, "fonts");
  return join(folder, "chromium");
}

function version(): string {
  const main = createRequire(import.meta.url).resolve("@sparticuz/chromium");
  return JSON.parse(readFileSync(join(main, "../../package.json"), "utf8")).version;
}

/** Unpacks under a temporary name, so that a folder with the final name is complete. */
async function unpack(folder: string): Promise<void> {
  const partial = `${folder}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  // The package unpacks to the folder for temporary files, which it looks up when it is called.
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = partial;
  try {
    const { default: chromium } = await import("@sparticuz/chromium");
    await chromium.executablePath();
    if (!existsSync(folder)) renameSync(partial, folder);
  } finally {
    rmSync(partial, { recursive: true, force: true });
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
}
