/** The running stack that the tests use, as `local-stack up` describes it. */
import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import pg from "pg";

/** The fields of stack.json that the tests read. */
export interface Stack {
  aws_endpoint: string;
  database_url: string;
  api_url: string;
  issuer: string;
  audience: string;
  issuer_key: string;
  web_url?: string;
}

/** Reads the description that `SHOPSIGNAL_STACK_FILE` names. */
export function stack(): Stack {
  return JSON.parse(readFileSync(stackFile(), "utf8"));
}

/** The name of the stack, which is that of the folder of its description. */
export function stackName(): string {
  return basename(dirname(stackFile()));
}

function stackFile(): string {
  const path = process.env["SHOPSIGNAL_STACK_FILE"];
  if (!path)
    throw new Error(
      "SHOPSIGNAL_STACK_FILE is not set: start a stack with `local-stack --stack test up` and name its stack.json",
    );
  return path;
}

/** Runs rank-products now; its schedule would run it within a minute. */
export async function rankProducts(): Promise<void> {
  const name = `shopsignal-${stackName()}-rank-products`;
  const response = await fetch(`${stack().aws_endpoint}/2015-03-31/functions/${name}/invocations`, { method: "POST" });
  if (!response.ok || response.headers.has("x-amz-function-error"))
    throw new Error(`${name}: ${response.status} ${await response.text()}`);
}

/** Runs one query against the stack's database. */
export async function query<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: stack().database_url.replace("?sslmode=disable", "") });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

/** A token of an account that the stack's API accepts; `seconds` below 0: one that has expired. */
export function tokenOf(account: string, seconds = 3600): string {
  const { issuer, audience, issuer_key } = stack();
  const key = createPrivateKey(readFileSync(issuer_key));
  const now = Math.floor(Date.now() / 1000);
  const header = { typ: "JWT", alg: "RS256", kid: keyId(key) };
  const claims = { iss: issuer, aud: audience, sub: account, iat: now + Math.min(seconds, 0), exp: now + seconds };
  const text = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${text}.${sign("sha256", Buffer.from(text), key).toString("base64url")}`;
}

/** The key's thumbprint (RFC 7638), as the issuer publishes it. */
function keyId(key: ReturnType<typeof createPrivateKey>): string {
  const { e, kty, n } = createPublicKey(key).export({ format: "jwk" });
  return createHash("sha256").update(JSON.stringify({ e, kty, n })).digest("base64url");
}
