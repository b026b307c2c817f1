/** The Chromium of the tests: the package's archive, unpacked once into `.local/` of the project. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const LOCAL = resolve(import.meta.dirname, "../../../.local");

/** How Chromium is started. Not the package's own arguments: those switch web security off. */
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

/** Unpacks under another name first, so that what has the final name is whole. */
async function unpack(folder: string): Promise<void> {
  const partial = `${folder}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  // The package unpacks to the system's folder for temporary files, which it reads when it is used.
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
