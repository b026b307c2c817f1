/** The Chromium of the tests: the package's archive, unpacked once into `.local/` of the project. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";

const LOCAL = resolve(import.meta.dirname, "../../../.local");

/** How Chromium is started. The package's own arguments are not used, because they disable web security. */
export const CHROMIUM_ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"];

/** Returns the path of the executable, and points it to its fonts and, where the system lacks them, its libraries. */
export async function chromiumPath(): Promise<string> {
  const folder = join(LOCAL, `chromium-${version()}`);
  if (!existsSync(folder)) await unpack(folder, (chromium) => chromium.default.executablePath());
  process.env["FONTCONFIG_FILE"] = fontsIn(folder);
  const program = join(folder, "chromium");
  if (spawnSync(program, ["--version"]).status !== 0) process.env["LD_LIBRARY_PATH"] = await libraries();
  return program;
}

/**
 * Returns the configuration of the unpacked fonts. The package's own one looks for them in /tmp and the folders of
 * Lambda, and Chromium aborts as soon as a page needs a font and there is none.
 */
function fontsIn(folder: string): string {
  const file = join(folder, "fonts.conf");
  const config = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir>${join(folder, "fonts-cache")}</cachedir>
</fontconfig>
`;
  if (!existsSync(file) || readFileSync(file, "utf8") !== config) writeFileSync(file, config);
  return file;
}

/** Returns the folder of the libraries that the package brings for machines without NSS. */
async function libraries(): Promise<string> {
  const folder = join(LOCAL, `chromium-libraries-${version()}`);
  if (!existsSync(folder)) await unpack(folder, ({ inflate }) => inflate(join(packageFolder(), "bin/al2023.tar.br")));
  return join(folder, "al2023/lib");
}

function packageFolder(): string {
  return dirname(dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium")));
}

function version(): string {
  return JSON.parse(readFileSync(join(packageFolder(), "package.json"), "utf8")).version;
}

/** Unpacks a part of the package and returns its place. */
type Unpacking = (chromium: typeof import("@sparticuz/chromium")) => Promise<string>;

/** Unpacks under a temporary name, so that a folder with the final name is complete. */
async function unpack(folder: string, part: Unpacking): Promise<void> {
  const partial = `${folder}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  // The package unpacks to the folder for temporary files, which it looks up when it is called.
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = partial;
  try {
    await part(await import("@sparticuz/chromium"));
    if (!existsSync(folder)) renameSync(partial, folder);
  } finally {
    rmSync(partial, { recursive: true, force: true });
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
}
