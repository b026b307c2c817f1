/** Shown instead of figures: while they load, if there are none, and if reading failed. Each says what to do. */
import type { ComponentChildren } from "preact";
import type { Problem, ProblemKind } from "../api/problem";
import type { Query } from "../api/useQuery";
import { usePageContext } from "../app/context";

const ADVICE: Record<ProblemKind, string> = {
  offline: "The figures update automatically when this device is online again.",
  slow: "The page retries automatically. If this continues, choose a shorter period.",
  "signed-out": "Your sign-in has expired. Sign in again to continue.",
  forbidden: "This account may not see this. Sign in with an account that may, or ask an administrator of the shop.",
  "not-found": "Check the address: it may be mistyped, or its data is no longer kept.",
  invalid: "Correct what the message names, or go back to the page's defaults.",
  busy: "Too many requests at the moment. The page retries automatically.",
  unavailable: "The page retries automatically. If this continues, check the status of the shop's services.",
  broken: "This is a server error. Try again; if it continues, report it with the time when it happened.",
};

/** A problem, with what to do about it. */
export function Failure({ problem, reload }: { problem: Problem; reload: () => void }) {
  return (
    <div class="state failure" role="alert">
      <p class="state-title">{problem.message}</p>
      <p class="muted">{ADVICE[problem.kind]}</p>
      <button type="button" class="button" onClick={reload}>
        Try again
      </button>
    </div>
  );
}

/** Says that there is nothing to show, and what changes that. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="state">
      <p class="state-title">{title}</p>
      {children !== undefined && <p class="muted">{children}</p>}
    </div>
  );
}

/** Placeholder lines while something loads. */
export function Loading({ lines = 3 }: { lines?: number }) {
  return (
    <div class="state loading" role="status">
      <span class="visually-hidden">Loading …</span>
      {Array.from({ length: lines }, (_, line) => (
        <span class="placeholder line" key={line} />
      ))}
    </div>
  );
}

/** Shows what a query read, or its state. Figures that could not be refreshed stay, with the time they are from. */
export function Loaded<T>({
  query,
  lines,
  children,
}: {
  query: Query<T>;
  lines?: number;
  children: (data: T) => ComponentChildren;
}) {
  if (query.data === undefined) {
    if (query.problem !== undefined) return <Failure problem={query.problem} reload={query.reload} />;
    return <Loading {...(lines === undefined ? {} : { lines })} />;
  }
  return (
    <>
      {query.problem !== undefined && <Stale problem={query.problem} at={query.at} />}
      {children(query.data)}
    </>
  );
}

function Stale({ problem, at }: { problem: Problem; at: number | undefined }) {
  const { format } = usePageContext();
  return (
    <p class="stale" role="status">
      As of {format.clock(at)}: {problem.message} {ADVICE[problem.kind]}
    </p>
  );
}
