import { describe, expect, it, vi } from "vitest";
import { batches, ProductNames, visible } from "./names";

const settle = () => new Promise((done) => setTimeout(done, 5));

describe("product names", () => {
  it("reads what a page shows with one request, each id once", async () => {
    const read = vi.fn(async (ids: string[]) => new Map(ids.map((id): [string, string] => [id, `name of ${id}`])));
    const names = new ProductNames(read);
    const changed = vi.fn();
    names.watch(changed);
    for (const id of ["a", "b", "a"]) names.want(id);
    expect(names.of("a")).toBeUndefined();
    await settle();
    expect(names.of("b")).toBe("name of b");
    for (const id of ["a", "c,d", ""]) names.want(id);
    await settle();
    expect(read.mock.calls).toEqual([[["a", "b"]]]);
    expect(changed).toHaveBeenCalledTimes(1);
  });

  it("asks again for what has no name after a minute, and for what could not be read at once", async () => {
    let now = 0;
    const read = vi
      .fn<(ids: string[]) => Promise<Map<string, string | null>>>()
      .mockRejectedValueOnce(new Error("offline"))
      .mockResolvedValueOnce(new Map())
      .mockResolvedValueOnce(new Map([["a", "Boots"]]));
    const names = new ProductNames(read, () => now);
    for (const later of [0, 1, 30_000]) {
      now = later;
      names.want("a");
      await settle();
    }
    expect([read.mock.calls.length, names.of("a")]).toEqual([2, undefined]);
    now = 70_000;
    names.want("a");
    await settle();
    expect(names.of("a")).toBe("Boots");
  });

  it("keeps requests short", () => {
    const sizes = (ids: string[]) => batches(ids).map((batch) => batch.length);
    expect(sizes([])).toEqual([]);
    expect(sizes(Array.from({ length: 250 }, (_, id) => String(id)))).toEqual([100, 100, 50]);
    // six characters each in an address
    expect(sizes(Array.from({ length: 7 }, () => "é".repeat(100)))).toEqual([6, 1]);
  });
});

it("a name without a character that can be seen is none", () => {
  const names = ["\u200b\u2060", "\ufeff", "\u3000 \u2028", "", null, undefined];
  expect(names.map(visible)).toEqual(names.map(() => null));
  expect(visible("👩‍🌾")).toBe("👩‍🌾");
  expect(visible("\u200bمرحبا")).toBe("\u200bمرحبا");
});
