/** What can go wrong with a request, grouped by what the user can do about it. */

/** The kinds of problems. */
export type ProblemKind =
  | "offline"
  | "slow"
  | "signed-out"
  | "forbidden"
  | "not-found"
  | "invalid"
  | "busy"
  | "unavailable"
  | "broken";

/** A problem: its kind, the message of the API, and Retry-After in seconds if the API sent it. */
export interface Problem {
  kind: ProblemKind;
  message: string;
  retryAfterSeconds: number | undefined;
}

/** The error that carries a problem. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message);
  }
}

/** The problem of a rejected call. */
export function problemFrom(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  return { kind: "broken", message: String(error), retryAfterSeconds: undefined };
}

/** Whether a retry of the same request can help. */
export function isTransient(problem: Problem): boolean {
  return ["offline", "slow", "busy", "unavailable"].includes(problem.kind);
}

/** The delay before the next attempt after so many failures in a row: 2, 4, 8 and so on up to 60 s. */
export function backoff(failures: number): number {
  return Math.min(2_000 * 2 ** (failures - 1), 60_000);
}

/** The problem of a request without a response. */
export function unreachable(timedOut: boolean, online: boolean): Problem {
  if (!online) return { kind: "offline", message: "This device is offline.", retryAfterSeconds: undefined };
  if (timedOut)
    return { kind: "slow", message: "The server did not answer within 15 seconds.", retryAfterSeconds: undefined };
  return { kind: "unavailable", message: "The server cannot be reached.", retryAfterSeconds: undefined };
}

/**
 * The object in the body of a successful response; each of the API has fields. Anything else comes from a proxy or a captive
 * portal, and may pass.
 */
export function answerOf(body: string): unknown {
  try {
    const answer: unknown = JSON.parse(body);
    if (typeof answer === "object" && answer !== null && !Array.isArray(answer) && Object.keys(answer).length > 0)
      return answer;
  } catch {
    // It is reported below.
  }
  const message = "The answer does not come from the API.";
  throw new ProblemError({ kind: "unavailable", message, retryAfterSeconds: undefined });
}

/** The problem of an error response: from the envelope of the API, or the gateway's body `{"message"}`. */
export function problemOf(status: number, body: string, retryAfter: string | null): Problem {
  const seconds = Number(retryAfter);
  return {
    kind: kindOf(status),
    message: messageOf(body) ?? `The server answered with status ${status}.`,
    retryAfterSeconds: retryAfter !== null && Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined,
  };
}

function kindOf(status: number): ProblemKind {
  if (status === 401) return "signed-out";
  if (status === 403) return "forbidden";
  if (status === 404 || status === 410) return "not-found";
  if (status === 429) return "busy";
  if (status >= 502) return "unavailable";
  return status >= 500 ? "broken" : "invalid";
}

function messageOf(body: string): string | undefined {
  try {
    const parsed: { error?: { message?: unknown }; message?: unknown } = JSON.parse(body);
    const message = parsed.error?.message ?? parsed.message;
    return typeof message === "string" ? message : undefined;
  } catch {
    return undefined;
  }
}
