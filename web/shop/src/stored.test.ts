/** What others write to the storage must not break the page. */
import { afterEach, expect, test, vi } from "vitest";

vi.mock("./tracking.js", () => ({ trackProduct() {} }));

/** Reads the module of a stored value while the storage holds `text`. */
async function readWith<Module>(text: string, module: () => Promise<Module>): Promise<Module> {
  vi.resetModules();
  vi.stubGlobal("localStorage", { getItem: () => text, setItem() {} });
  vi.stubGlobal("location", { pathname: "/shop/" });
  vi.stubGlobal("window", { addEventListener() {} });
  return await module();
}

afterEach(() => vi.unstubAllGlobals());

test.each(["null", "{}", "5", "[1]", "[null]", '"text"', "{", ""])("favourites of %s are none", async (text) => {
  const { favourites, unwanted } = await readWith(text, () => import("./choices.js"));
  expect([favourites.get(), unwanted.get()]).toEqual([[], []]);
});

test.each(["null", '{"lund-mug":"2"}', '{"lund-mug":"x"}', '{"lund-mug":1.5}', '{"lund-mug":21}', '"text"', "{", ""])(
  "a cart of %s is empty",
  async (text) => {
    const { quantities, linesOf } = await readWith(text, () => import("./cart.js"));
    expect(linesOf(quantities.get())).toEqual([]);
  },
);

test("stored values are read", async () => {
  const { favourites } = await readWith('["lund-mug"]', () => import("./choices.js"));
  expect(favourites.get()).toEqual(["lund-mug"]);
  const { quantities, linesOf } = await readWith('{"lund-mug":2}', () => import("./cart.js"));
  expect(linesOf(quantities.get())).toMatchObject([{ quantity: 2 }]);
});

test.each([
  ['"granted"', "granted"],
  ['"denied"', "denied"],
  ['"yes"', "pending"],
  ["{}", "pending"],
  ["null", "pending"],
])("consent of %s is %s", async (text, consent) => {
  const tracking = await readWith(text, () => vi.importActual<typeof import("./tracking.js")>("./tracking.js"));
  expect(tracking.consent.get()).toBe(consent);
});
