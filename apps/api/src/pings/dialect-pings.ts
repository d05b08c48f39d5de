import { createHash } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { brotliDecompress, constants, gunzip, inflate, zstdDecompress } from "node:zlib";

import {
  type Dialect,
  type DialectOutcome,
  dialectOf,
  type DialectPing,
  type DialectReading,
  mayBeKey,
  productOfDialect,
} from "@overdue/core/dialects";
import { declareCheck, findByToken, isPingKey, type Pool, type PingTarget } from "@overdue/db";
import type { Instant } from "@overdue/schedules";
import type { Logger } from "pino";

import { type PingAnswer, dialectAnswer, FORWARDED_TO_ITSELF, preflight, problem } from "./answers.ts";
import { isPreflight, type PingAddresses, readSender, type Sender, toArrival } from "./arrival.ts";
import type { Clock } from "./clock.ts";
import type { Ingest } from "./ingest.ts";
import { orUnavailable, Unavailable } from "./unavailable.ts";
import { recordOrAlias } from "./ping-store.ts";
import { ownerOfTarget } from "./ping-url.ts";
import type { PingRequest } from "./ping-request.ts";
import { bodyOfText, readBody } from "./read-body.ts";

import type { Refusals } from "./refusals.ts";
import { isOwnForward, type ShadowCopies } from "./shadow-copies.ts";

type DialectOptions = {
  ingest: Pick<Ingest, "record">;
  clock: Clock;
  refusals: Pick<Refusals, "note">;
  bodyBytesMax: number;
  bodyTimeMs: number;
  addresses: PingAddresses;
  copies: Pick<ShadowCopies, "add">;
  publicUrl: string;
  log: Logger;
  pool: Pool;
};

/** A request may hold much besides pings, such as the events of an SDK; what is longer is cut off. */
const REQUEST_BYTES = 1_000_000;
const UNPACKED_BYTES = 4_000_000;

/**
 * Answers a request in the form of another monitor, in that monitor's words; null for any other request. No client gets
 * 429 or Retry-After: some send nothing for a minute after either.
 */
export function dialectPings(options: DialectOptions) {
  return async (request: PingRequest): Promise<PingAnswer | null> => {
    const [path = ""] = request.target.split("?");
    const dialect = dialectOf({ path, query: request.query });
    if (dialect === null) return null;
    if (isPreflight(request)) return preflight();
    const sender = readSender(request, options);
    if (isOwnForward(request, options.publicUrl)) return problem(FORWARDED_TO_ITSELF);
    try {
      const reading = await withTokens(await readRequest(dialect, { request, path, options }), options);
      // On a ping URL of ours it is refused, and kept, as any ping of ours is.
      if (path.startsWith("/ping/") && (reading.kind === "malformed" || namesNoCheck(reading))) return null;
      return dialectAnswer(
        dialect.answer(await storeReading(reading, { dialect, sender, request, options })),
      );
    } catch (error) {
      if (!(error instanceof Unavailable)) options.log.error({ err: error }, "A ping could not be answered.");
      return dialectAnswer(dialect.answer({ kind: "unavailable", problem: "", reply: "" }));
    }
  };
}

async function readRequest(
  dialect: Dialect,
  { request, path, options }: { request: PingRequest; path: string; options: DialectOptions },
): Promise<DialectReading> {
  const { kept, cutAt } = await readBody(request.body, {
    limit: REQUEST_BYTES,
    timeMs: options.bodyTimeMs,
    keywords: () => Promise.resolve([]),
  });
  const whole = cutAt === null ? kept : (kept?.subarray(0, cutAt) ?? null);
  const body = await unpackBody(whole, request.header("content-encoding"));
  if (body === null)
    return { kind: "malformed", problem: "the body cannot be unpacked as Content-Encoding says" };
  const { method, query, header } = request;
  return dialect.read({ method, path, query, header, body });
}

const LIMITS = { maxOutputLength: UNPACKED_BYTES };
/** What was cut off or broke off is read as far as it came. */
const PARTLY = { ...LIMITS, finishFlush: constants.Z_SYNC_FLUSH };
const UNPACK: Record<string, (packed: Buffer) => Promise<Buffer>> = {
  gzip: (packed) => promisify(gunzip)(packed, PARTLY),
  deflate: (packed) => promisify(inflate)(packed, PARTLY),
  br: (packed) => promisify(brotliDecompress)(packed, LIMITS),
  zstd: (packed) => promisify(zstdDecompress)(packed, LIMITS),
};

/** Null for what cannot be unpacked. */
async function unpackBody(body: Buffer | null, encoding = ""): Promise<string | null> {
  if (body === null) return "";
  const name = encoding.trim().toLowerCase().replace(/^x-/, "");
  if (name === "" || name === "identity") return body.toString("utf8");
  const unpacked = UNPACK[name]?.(body);
  return unpacked === undefined
    ? null
    : await unpacked.then(
        (text) => text.toString("utf8"),
        () => null,
      );
}

type Context = { dialect: Dialect; sender: Sender; request: PingRequest; options: DialectOptions };

/** With the checks that have the tokens in place of them; a token that no check has stays. */
async function withTokens(reading: DialectReading, { pool }: DialectOptions): Promise<DialectReading> {
  if (reading.kind !== "pings" || reading.pings.every(({ target }) => target.kind !== "token"))
    return reading;
  const pings = reading.pings.map(async (ping) => {
    const pingUuid =
      ping.target.kind === "token" ? await orUnavailable(findByToken(pool, ping.target.token)) : null;
    return pingUuid === null ? ping : { ...ping, target: { kind: "uuid" as const, pingUuid } };
  });
  return { ...reading, pings: await Promise.all(pings) };
}

function namesNoCheck(reading: DialectReading): boolean {
  return reading.kind === "pings" && reading.pings.some(({ target }) => target.kind === "token");
}

async function storeReading(reading: DialectReading, context: Context): Promise<DialectOutcome> {
  if (reading.kind !== "pings") return { ...reading, reply: "" };
  const { pings, reply } = reading;
  // No project has such a key, and no database takes it.
  if (pings.some(({ target }) => target.kind === "slug" && !mayBeKey(target.pingKey)))
    return { kind: "unauthorized", problem: "no such key", reply: "" };
  for (const ping of pings) await declare(ping, context.options);
  const outcomes = await Promise.all(pings.map((ping) => storePing(ping, context)));
  const kind = ORDER.find((each) => outcomes.includes(each)) ?? "stored";
  return { kind, problem: "", reply };
}

/** A request is answered by the outcome of one of its pings: the first in this order that any of them had. */
const ORDER = ["stored", "ambiguous", "unknown", "unauthorized"] as const;
type Stored = (typeof ORDER)[number];

async function declare({ target, declares }: DialectPing, { pool, clock }: DialectOptions): Promise<void> {
  if (declares === null || target.kind !== "slug") return;
  const { pingKey, slug, name } = target;
  await orUnavailable(declareCheck(pool, { pingKey, slug, name, settings: declares.settings }, clock.now()));
}

async function storePing(ping: DialectPing, context: Context): Promise<Stored> {
  const { dialect, sender, request, options } = context;
  const at = options.clock.now();
  if (ping.target.kind === "token") return refuseToken(ping.target, { at, context });
  const target: PingTarget = ping.target.kind === "uuid" ? ping.target : { ...ping.target, create: false };
  const { kind: action, exitStatus, runId, durationMs, metrics, once } = ping;
  const said = {
    target,
    action,
    exitStatus: action === "start" ? null : exitStatus,
    rid: runId === null ? null : ridOf(runId),
    ...(durationMs !== null && { durationMs }),
    ...(metrics !== null && { metrics }),
    ...(once !== null && { once: sha256(`${dialect.name} ${JSON.stringify(ping.target)} ${once}`) }),
  };
  const body = bodyOfText(ping.body, options.bodyBytesMax);
  const arrival = toArrival(said, { sender, body, at });
  let recorded = await recordOrAlias(arrival, options);
  if (recorded.kind === "unknown" && target.kind === "slug" && !(await hasKey(target, options)))
    return refuse("unauthorized", { target, at, context });
  // The start of a short run may still be making its check: both are sent at once, and no client sends its end again.
  for (
    let tries = 0;
    tries < UNKNOWN_RETRIES && recorded.kind === "unknown" && isEndOfRun(ping);
    tries += 1
  ) {
    await setTimeout(UNKNOWN_PAUSE_MS);
    recorded = await options.ingest.record(arrival);
  }
  const copied = {
    dialect: dialect.name,
    kind: action,
    exitStatus: said.exitStatus,
    rid: said.rid,
    durationMs,
  };
  options.copies.add(recorded, { said: { ...copied, body: body.kept, at }, request, sender });
  if (recorded.kind === "recorded" || recorded.kind === "kept") return "stored";
  return refuse(recorded.kind, { target, at, context });
}

/** How often the end of a run is tried again, and after what pause, while its check may still be made. */
const UNKNOWN_RETRIES = 4;
const UNKNOWN_PAUSE_MS = 250;

function isEndOfRun({ kind, runId, target }: DialectPing): boolean {
  return target.kind === "slug" && runId !== null && (kind === "success" || kind === "fail");
}

async function hasKey({ pingKey }: { pingKey: string }, { pool }: DialectOptions): Promise<boolean> {
  return await orUnavailable(isPingKey(pool, pingKey));
}

/** Keeps it for the page of the only project; where there are several, nothing says whose it could be. */
function refuseToken(
  { token }: { token: string },
  { at, context }: { at: Instant; context: Context },
): Stored {
  const { dialect, sender, options } = context;
  const { method, userAgent, remoteAddress, host } = sender;
  const asked = `${productOfDialect(dialect.name)}/${token}`;
  const owner = { kind: "token", token } as const;
  options.refusals.note({
    owner,
    reason: "unknown-token",
    asked,
    method,
    userAgent,
    remoteAddress,
    host,
    at,
  });
  return "unknown";
}

/** Keeps it for the page of the project that it named. */
function refuse(
  kind: Exclude<Stored, "stored">,
  { target, at, context }: { target: PingTarget; at: Instant; context: Context },
): Stored {
  const { method, userAgent, remoteAddress, host } = context.sender;
  context.options.refusals.note({
    owner: ownerOfTarget(target),
    reason: kind === "ambiguous" ? "ambiguous-slug" : "unknown-slug",
    asked: target.kind === "uuid" ? "" : `/${target.slug}`,
    method,
    userAgent,
    remoteAddress,
    host,
    at,
  });
  return kind;
}

/** A run id of any form as a UUID: one that is such already stays, of any other it is the hash. */
function ridOf(runId: string): string {
  const bare = runId.toLowerCase().replaceAll("-", "");
  const hex = /^[0-9a-f]{32}$/.test(bare) ? bare : sha256(runId).toString("hex").slice(0, 32);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
