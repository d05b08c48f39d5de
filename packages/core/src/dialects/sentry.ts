import type { PingKind } from "../checks/event.ts";
import {
  type Dialect,
  type DialectPing,
  type DialectReading,
  type DialectRequest,
  type DialectTarget,
  jsonAnswer,
  jsonObject,
  plainPing,
  secondsToMs,
  targetOfName,
  textOf,
  unescapePart,
  usualStatus,
  usualText,
} from "./dialect.ts";
import { isRecord } from "../text/json.ts";
import { declarationOf } from "./sentry-monitor.ts";

/**
 * Sentry's check-ins: envelopes of its SDKs and its command line, and the plain address for curl. What else an SDK sends to
 * the same address is accepted and dropped. Source: recordings of the real clients, see docs/connect.
 */

const ENVELOPE = /\/api\/[^/]+\/envelope\/?$/;
const STORE = /\/api\/[^/]+\/store\/?$/;
const CRON = /\/api\/[^/]+\/cron\/([^/]+)(?:\/([^/]+))?\/?$/;

export const sentry: Dialect = {
  name: "Sentry",
  matches: ({ path }) => ENVELOPE.test(path) || CRON.test(path) || STORE.test(path),
  read: (request) => {
    if (CRON.test(request.path)) return readPlainCheckIn(request);
    if (ENVELOPE.test(request.path)) return readEnvelope(request);
    return { kind: "pings", pings: [], reply: textOf(jsonObject(request.body)?.["event_id"]) };
  },
  // After 429 or Retry-After a client sends nothing for a minute, and none sends a check-in again.
  answer: (outcome) => {
    const isAccepted =
      outcome.kind === "stored" || outcome.kind === "unknown" || outcome.kind === "ambiguous";
    if (isAccepted && outcome.reply === PLAIN) return { status: 202, type: "text", text: null };
    if (isAccepted) return jsonAnswer(200, outcome.reply === "" ? {} : { id: outcome.reply });
    return jsonAnswer(usualStatus(outcome), { detail: usualText(outcome) });
  },
};

/** Stands for an answer without a body. */
const PLAIN = "\0";
const NO_KEY: DialectReading = {
  kind: "unauthorized",
  problem: "no key: put the project's ping key into the DSN, https://<ping key>@<host>/1",
};

/** `…/cron/<slug>/<key>?status=`, or the key elsewhere and a check-in as JSON. */
function readPlainCheckIn(request: DialectRequest): DialectReading {
  const [, slug = "", pathKey] = CRON.exec(request.path) ?? [];
  const key = pathKey === undefined ? sentKey(request) : unescapePart(pathKey);
  if (key === null) return NO_KEY;
  const isJson = request.header("content-type")?.startsWith("application/json") === true;
  const said = isJson ? jsonObject(request.body) : Object.fromEntries(request.query);
  if (said === null) return { kind: "malformed", problem: "the body is not a check-in in JSON" };
  if (textOf(said["status"]) === "")
    return { kind: "malformed", problem: "status is missing: say in_progress, ok or error" };
  const ping = checkInPing({ ...said, monitor_slug: unescapePart(slug) }, { key, sdk: sdkOf(request) });
  return { kind: "pings", pings: [ping], reply: PLAIN };
}

function readEnvelope(request: DialectRequest): DialectReading {
  const [head, ...items] = envelopeItems(request.body);
  const header = head === undefined ? null : jsonObject(head.payload);
  if (header === null)
    return { kind: "malformed", problem: "the first line of the envelope is not an object in JSON" };
  const checkIns = items.flatMap(({ type, payload }) => (type === "check_in" ? [jsonObject(payload)] : []));
  const known = checkIns.filter((item) => item !== null && textOf(item["monitor_slug"]).trim() !== "");
  const reply = textOf(header["event_id"]) || textOf(checkIns[0]?.["check_in_id"]);
  if (checkIns.length > 0 && known.length === 0)
    return { kind: "malformed", problem: "the check-in is not an object in JSON with a monitor_slug" };
  const key = sentKey(request) ?? keyOfDsn(textOf(header["dsn"]));
  if (key === null) return NO_KEY;
  const sdk = sdkOf(request) || textOf(isRecord(header["sdk"]) ? header["sdk"]["name"] : "");
  const pings = known.flatMap((item) => (item === null ? [] : [checkInPing(item, { key, sdk })]));
  return { kind: "pings", pings, reply };
}

type Item = { type: string; payload: string };

/** An envelope's first line, and then its items, whose length may be said, else they end with their line. */
function envelopeItems(body: string): Item[] {
  const bytes = new TextEncoder().encode(body);
  const items: Item[] = [];
  let at = 0;
  const line = () => {
    const found = bytes.indexOf(NEWLINE, at);
    const end = found === -1 ? bytes.length : found;
    const text = decode(bytes, at, end);
    at = end + 1;
    return text;
  };
  items.push({ type: "", payload: line() });
  while (at < bytes.length && items.length < ITEMS_MAX) {
    const head = line();
    if (head.trim() === "") continue;
    const { type, length } = jsonObject(head) ?? {};
    if (typeof length === "number" && length >= 0) {
      items.push({ type: textOf(type), payload: decode(bytes, at, at + length) });
      at += length + 1;
    } else items.push({ type: textOf(type), payload: line() });
  }
  return items;
}

const NEWLINE = 10;
const ITEMS_MAX = 200;

function decode(bytes: Uint8Array, from: number, until: number): string {
  return new TextDecoder().decode(bytes.subarray(from, until));
}

function checkInPing(
  checkIn: Record<string, unknown>,
  { key, sdk }: { key: string; sdk: string },
): DialectPing {
  const target = targetOf(key, checkIn);
  const kind = KINDS[textOf(checkIn["status"])] ?? "log";
  const config = checkIn["monitor_config"];
  const runId = textOf(checkIn["check_in_id"]);
  return {
    ...plainPing(target, kind),
    runId: /^[0-]*$/.test(runId) ? null : runId,
    durationMs: secondsToMs(checkIn["duration"]),
    declares: isRecord(config) ? declarationOf(config, sdk) : null,
  };
}

const KINDS: Record<string, PingKind> = {
  in_progress: "start",
  ok: "success",
  error: "fail",
  timeout: "fail",
};

function targetOf(key: string, checkIn: Record<string, unknown>): DialectTarget {
  return targetOfName(key, textOf(checkIn["monitor_slug"]), textOf(checkIn["environment"]));
}

/** The key of a header or of the query. Java's SDK puts no blanks between the parts of the header. */
function sentKey({ header, query }: DialectRequest): string | null {
  const named = header("x-sentry-auth") ?? header("authorization") ?? "";
  const dsn = /^DSN\s+(\S+)/i.exec(named)?.[1];
  const [, key] = /\bsentry_key=([^,\s]+)/.exec(named) ?? [];
  return key ?? query.get("sentry_key") ?? (dsn === undefined ? null : keyOfDsn(dsn));
}

function keyOfDsn(dsn: string): string | null {
  return /^https?:\/\/([^:@/]+)(?::[^@/]*)?@/.exec(dsn)?.[1] ?? null;
}

/** The SDK's name, such as sentry.javascript.node/11.12.0. */
function sdkOf({ header, query }: DialectRequest): string {
  const named = /\bsentry_client=([^,\s]+)/.exec(header("x-sentry-auth") ?? "")?.[1];
  return named ?? query.get("sentry_client") ?? "";
}
