import { expect, test } from "vitest";
import { createTracker, type TrackerError } from "./index.js";

test("on a server the tracker does nothing, quietly", async () => {
  const errors: TrackerError[] = [];
  const tracker = createTracker({ consent: "granted", onError: (error) => errors.push(error) });
  tracker.consent("granted");
  expect(tracker.view({ product: "p-1" })).toBeUndefined();
  expect(tracker.sessionId).toBeUndefined();
  await tracker.flush();
  tracker.endView();
  expect(errors).toEqual([]);
});
