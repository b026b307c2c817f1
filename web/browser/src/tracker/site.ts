/** A shop's site with the tracker, and a proxy in front of the real API that can fail the way networks do. */
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { stack } from "../stack.js";

const DIST = resolve(import.meta.dirname, "../../../tracker/dist");

/** How a request to the API fails. */
export type Fault =
  /** The API, or a proxy in front of it, cannot answer now. */
  | { kind: "status"; status: number; retryAfter?: number; body?: string }
  /** The request never arrives. */
  | { kind: "request lost" }
  /** The API stores the events, but the response never arrives. */
  | { kind: "answer lost" };

/** A request to the API. */
export interface Seen {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  /** The parsed body of a POST. */
  body: { sent_at: string; interactions: { event_id: string; event_type: string; session_id?: string }[] };
}

/** A site on its own port. */
export interface Site {
  url: string;
  /** What happens to the next requests, in order; afterwards all succeed. */
  faults: Fault[];
  /** What happens to every request, as long as it is set. */
  outage: Fault | undefined;
  seen: Seen[];
  close(): Promise<void>;
}

/** Pages with a strict Content-Security-Policy, as a shop would serve them. */
const CSP = "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/** A page with the module, and one with the script tag. */
const PAGES: Record<string, string> = {
  "/": `<!doctype html><title>Shop</title><script type="module" src="/page.js"></script>`,
  "/tag": `<!doctype html><title>Tag</title>
    <script src="/tracker/tracker.iife.js" data-consent="granted" data-batch-ms="100" data-bounce-ms="0" defer></script>`,
  "/elsewhere": "<!doctype html><title>Elsewhere</title>",
};
export const PAGE_SCRIPT = `import { createTracker } from "/tracker/tracker.js"; window.createTracker = createTracker;`;

/** Reads a built file of the tracker. */
export function built(name: string): string {
  return readFileSync(join(DIST, name), "utf8");
}

/** Opens a site; the caller closes it. */
export async function openSite(): Promise<Site> {
  const server = createServer((request, response) => {
    answer(site, request, response).catch((error) => response.destroy(error));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const site: Site = {
    url: `http://127.0.0.1:${port}`,
    faults: [],
    outage: undefined,
    seen: [],
    close: () => closeServer(server),
  };
  return site;
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((closed) => server.close(() => closed()));
}

/** `/hang` never answers. */
async function answer(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? "/", site.url).pathname;
  if (path.startsWith("/api/")) return passOn(site, request, response);
  if (path === "/hang") return;
  const script = path === "/page.js" ? PAGE_SCRIPT : path.startsWith("/tracker/") ? built(path.slice(9)) : undefined;
  response.setHeader("content-type", script ? "text/javascript" : "text/html");
  response.setHeader("content-security-policy", CSP);
  response.end(script ?? PAGES[path] ?? "");
}

const PREFLIGHT = ["access-control-request-method", "access-control-request-headers"];

/** Proxies a request to the API, unless a fault is due. */
async function passOn(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request);
  site.seen.push({
    method: request.method ?? "",
    path: request.url ?? "",
    headers: request.headers,
    body: body ? JSON.parse(body) : undefined,
  });
  // On a reused connection, the browser itself repeats a failed request without telling the page.
  response.shouldKeepAlive = false;
  const fault = site.outage ?? site.faults.shift();
  if (fault?.kind === "request lost") return void response.destroy();
  if (fault?.kind === "status") {
    if (fault.retryAfter) response.setHeader("retry-after", fault.retryAfter);
    response.writeHead(fault.status);
    return void response.end(fault.body ?? "<html>unavailable</html>");
  }
  const names = ["authorization", "content-type", "origin", "user-agent", ...PREFLIGHT];
  const headers = names.flatMap((name) => (request.headers[name] ? [[name, String(request.headers[name])]] : []));
  const reply = await fetch(stack().api_url + request.url, {
    method: request.method ?? "GET",
    headers: headers as [string, string][],
    ...(body && { body }),
    signal: AbortSignal.timeout(20_000),
  });
  const text = await reply.text();
  if (fault) return void response.destroy();
  for (const [name, value] of reply.headers) {
    if (/^(content-type|retry-after|access-control-.*)$/.test(name)) response.setHeader(name, value);
  }
  response.writeHead(reply.status);
  response.end(text);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString("utf8");
}
