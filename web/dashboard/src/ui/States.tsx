/** What is shown instead of figures: while they load, when there are none, and when they cannot be had. Each says what to do. */
import type { ComponentChildren } from "preact";
import type { Problem, ProblemKind } from "../api/problem";
import type { Query } from "../api/useQuery";
import { usePageContext } from "../app/context";

const ADVICE: Record<ProblemKind, string> = {
  offline: "The figures come back by themselves when this device is online again.",
  slow: "It is asked again by itself. If it lasts, try a shorter range of time.",
  "signed-out": "Your sign-in has expired. Sign in again to go on.",
  forbidden: "This account may not see this. Sign in with an account that may, or ask an administrator of the shop.",
  "not-found": "Check the address: it may be mistyped, or what it names is no longer kept.",
  invalid: "Change what the message names, or go back to the page's defaults.",
  busy: "Too many requests at the moment. It is asked again by itself.",
  unavailable: "It is asked again by itself. If it lasts, look at the status of the shop's services.",
  broken: "This is an error of the server. Try again; if it stays, report it with the time at which it happened.",
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

/** That there is nothing, and how that changes. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="state">
      <p class="state-title">{title}</p>
      {children !== undefined && <p class="muted">{children}</p>}
    </div>
  );
}

/** The shape of what is loading. */
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
