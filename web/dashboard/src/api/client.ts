/** Calls the API with the types of its OpenAPI document. It does not retry: `useQuery` decides when to retry. */
import { answerOf, type Problem, ProblemError, problemOf, unreachable } from "./problem";
import type { components, paths } from "./schema.gen";

/** The schemas of the OpenAPI document by name. */
export type Schemas = components["schemas"];

type Json<Responses> = Responses extends { 200: { content: { "application/json": infer Body } } } ? Body : never;
type Parameters<Operation> = Operation extends { parameters: infer Parts } ? Parts : never;
type QueryOf<Operation> = Parameters<Operation> extends { query?: infer Query } ? NonNullable<Query> : never;
type PathOf<Operation> = Parameters<Operation> extends { path: infer Path } ? Path : Record<string, never>;

/** Paths that can be read. */
export type ReadPath = {
  [P in keyof paths]: paths[P] extends { get: { responses: infer R } } ? (Json<R> extends never ? never : P) : never;
}[keyof paths];
type Get<P extends ReadPath> = paths[P] extends { get: infer Operation } ? Operation : never;

/** The answer of a path. */
export type Answer<P extends ReadPath> = Get<P> extends { responses: infer R } ? Json<R> : never;

/** The parameters of a read, in the query and in the path. `undefined` parameters are left out. */
export interface Request<P extends ReadPath> {
  query?: { [K in keyof QueryOf<Get<P>>]?: QueryOf<Get<P>>[K] | undefined };
  path?: PathOf<Get<P>>;
}

/** The timeout of a request. */
const TIMEOUT_MS = 15_000;

/** The token of requests, and a callback for when the API refuses the one that a request was sent with. */
export interface Connection {
  token(): Promise<string | undefined>;
  refused(token: string | undefined): void;
}

/** The address of a request: its path with the parameters filled in. */
export function address(path: string, request: { query?: unknown; path?: unknown } = {}): string {
  const filled = Object.entries(request.path ?? {}).reduce(
    (all, [name, value]) => all.replace(`{${name}}`, encodeURIComponent(String(value))),
    path,
  );
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined && value !== "") query.set(name, String(value));
  }
  return query.size > 0 ? `${filled}?${query}` : filled;
}

/** Reads and writes through the API. Rejects only with `ProblemError`, or when `signal` is aborted. */
export class Client {
  constructor(private readonly connection: Connection) {}

  /** Reads `path`. */
  async get<P extends ReadPath>(path: P, request: Request<P> = {}, signal?: AbortSignal): Promise<Answer<P>> {
    return (await this.call("GET", address(path, request), undefined, signal)) as Answer<P>;
  }

  /** Sends a request with any method; returns the JSON of the response, or undefined if it says that there is none. */
  async call(method: string, url: string, body?: unknown, signal?: AbortSignal): Promise<unknown> {
    const token = await this.connection.token();
    const { response, text } = await this.send(method, url, token, body, signal);
    if (!response.ok) throw this.failure(problemOf(response.status, text, response.headers.get("retry-after")), token);
    return response.status === 204 ? undefined : answerOf(text);
  }

  /** Sends a request and reads the whole response, which may break off after its headers. */
  private async send(method: string, url: string, token: string | undefined, body: unknown, signal?: AbortSignal) {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    if (body !== undefined) headers["content-type"] = "application/json";
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    try {
      const response = await fetch(url, {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
        cache: "no-cache",
      });
      return { response, text: await response.text() };
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw new ProblemError(unreachable(timeout.aborted, navigator.onLine));
    }
  }

  private failure(problem: Problem, token: string | undefined): ProblemError {
    if (problem.kind === "signed-out") this.connection.refused(token);
    return new ProblemError(problem);
  }
}
