import { expect, test } from "vitest";
import { spanOf } from "./range";

test("days are local where the API has hourly points: for 30 days, in zones whose days begin at full hours of UTC", () => {
  expect(spanOf("30d", "2026-11-30", "Europe/Berlin")).toMatchObject({
    zone: "Europe/Berlin",
    start: "2026-10-31T23:00:00.000Z",
    end: "2026-11-30T23:00:00.000Z",
  });
  expect(spanOf("30d", "2026-11-30", "Asia/Kolkata")).toMatchObject({ zone: "UTC", start: "2026-11-01T00:00:00.000Z" });
  expect(spanOf("90d", "2026-11-30", "Europe/Berlin")).toMatchObject({ zone: "UTC", step: "day" });
});

test("two days are shown by the hour, in any zone", () => {
  expect(spanOf("48h", "2026-11-30", "Asia/Kolkata")).toMatchObject({
    step: "hour",
    start: "2026-11-28T18:30:00.000Z",
    end: "2026-11-30T18:30:00.000Z",
  });
});
