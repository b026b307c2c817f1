/** What is waiting, what is parked, and what happened to an event. */
import { define } from "./definitions";

const FLOW = "GET /api/analytics/flow";

/** The figures of the flow. */
export const FLOWS = define({
  waiting: {
    name: "Waiting",
    meaning: "Effects of stored events that are not applied yet. They are applied automatically.",
    source: FLOW,
    unit: "count",
  },
  oldest: {
    name: "Oldest",
    meaning: "How long the oldest effect has been waiting.",
    source: FLOW,
    unit: "duration",
  },
  parked: {
    name: "Parked",
    meaning:
      "Effects that retries cannot complete. They stay parked until an operator has checked the reason and retries them with “shopsignal redrive”.",
    source: FLOW,
    unit: "count",
  },
  deadLetters: {
    name: "Dead letters",
    meaning:
      "Messages that a consumer gave up on, and daily runs that failed, by queue. Each raises an alarm; docs/RUNBOOK.md, section dlq, says what to do, and “shopsignal redrive” with the name of the queue retries them. Unknown: SQS did not answer within two seconds.",
    source: FLOW,
    unit: "count",
  },
  stored: {
    name: "Stored",
    meaning: "Events in the log that name a product, at the time of the latest measurement, which is made once a day.",
    source: FLOW,
    unit: "count",
  },
  applied: {
    name: "Applied",
    meaning: "Events that are applied to the counts: counted, capped or excluded.",
    source: FLOW,
    unit: "count",
  },
  measuredWaiting: {
    name: "Waiting then",
    meaning: "Events whose effect on popularity was waiting at the time of the measurement.",
    source: FLOW,
    unit: "count",
  },
  measuredParked: {
    name: "Parked then",
    meaning: "Events whose effect on popularity was parked at the time of the measurement.",
    source: FLOW,
    unit: "count",
  },
  difference: {
    name: "Difference",
    meaning:
      "Stored minus applied, waiting and parked. It must be 0: above 0, events are lost; below 0, events are counted more than once.",
    source: FLOW,
    unit: "count",
  },
  excluded: {
    name: "Excluded actors",
    meaning:
      "Accounts, sessions and networks whose events do not count because an operator excluded them (“shopsignal exclude”). They are shown as hashes.",
    source: FLOW,
    unit: "count",
  },
  tracked: {
    name: "Where is my event?",
    meaning:
      "When an event was stored, what each consumer did with it, and what it adds to the popularity of a product. Event ids are kept for 30 days by default.",
    source: "GET /api/v1/analytic/interaction/{event_id}",
    unit: "count",
  },
  backEnd: {
    name: "Back-end events",
    meaning: "Events that the shop's services sent, by event time.",
    source: "GET /api/analytics/events",
    unit: "count",
  },
});

const SINKS: Record<string, string> = { popularity: "Popularity", catalog: "Catalog", alerts: "Alerts" };

/** The name of a consumer. */
export function sinkName(sink: string): string {
  return SINKS[sink] ?? sink;
}

/** A typed reason as a phrase: `catalog_refused_404` is `Catalog refused 404`. */
export function reasonName(reason: string): string {
  const words = reason.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** How old a measurement may be that is made once a day. */
const MEASURED_MAX_MS = 2 * 86_400_000;

/** Whether all stored events are accounted for; `stale` when nobody has looked for two days. */
export function conservationOf(difference: number, measuredAt: string, now: number): "good" | "bad" | "stale" {
  if (difference !== 0) return "bad";
  return now - Date.parse(measuredAt) > MEASURED_MAX_MS ? "stale" : "good";
}
