import { token } from "./auth.js";

/** The data of a response, or a message for the visitor that says why there is none. */
export type Answer<T> = { ok: true; data: T } | { ok: false; message: string };

/** What every answer of the API and the shop's back end looks like. */
interface Envelope<T> {
  data?: T;
  error?: { message?: string };
}

/** How long a request may take. */
const TIMEOUT_MS = 15_000;

/** Reads a route; `signal` aborts the request when the answer is no longer needed. */
export function get<T>(
  path: string,
  options: { token?: string | undefined; signal?: AbortSignal } = {},
): Promise<Answer<T>> {
  const headers: Record<string, string> = options.token ? { authorization: `Bearer ${options.token}` } : {};
  return request<T>(path, { headers, signal: options.signal ?? null });
}

/** Sends a body, with the token of the shopper who is signed in, if any. */
export function post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<Answer<T>> {
  const bearer = token();
  const headers = { "content-type": "application/json", ...(bearer && { authorization: `Bearer ${bearer}` }) };
  return request<T>(path, { method: "POST", headers, body: JSON.stringify(body), signal: signal ?? null });
}

async function request<T>(path: string, init: RequestInit): Promise<Answer<T>> {
  try {
    const limit = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(path, {
      ...init,
      signal: init.signal ? AbortSignal.any([init.signal, limit]) : limit,
    });
    const { data, error } = (await response.json()) as Envelope<T>;
    if (response.ok && data !== undefined) return { ok: true, data };
    return { ok: false, message: error?.message ?? `The server answered with status ${response.status}.` };
  } catch {
    return { ok: false, message: "The server did not answer." };
  }
}
