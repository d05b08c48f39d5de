import type { Machine } from "../machine.ts";
import { VERSION } from "../version.ts";
import { type Answer, send } from "./http.ts";
import { ageOf, type Facts, type Moment, type RunRecord } from "./record.ts";

/** What became of a ping: "again" may be tried later, "refused" never. */
export type Delivery =
  | { kind: "delivered"; bodyLimit: number | null }
  | { kind: "again" | "refused"; why: string };

export type Ping = {
  /** What stands behind the ping URL: "start", "fail", "log", an exit status, or nothing for a success. */
  action: string;
  runId: string | null;
  /** When it happened; left out for now. */
  moment?: { moment: Moment; bootId: string | null };
  body?: Buffer;
  facts?: Facts;
};

const REQUEST_MS_MAX = 10_000;
/** A ping that is no older than this is not late: it was sent as soon as it could be. */
const LATE_FROM_MS = 2_000;
/** What a server takes that does not say more. */
export const BODY_BYTES_DEFAULT = 10_000;
const FACTS_BYTES_MAX = 4_000;
/** Statuses after which the same request may succeed. */
const AGAIN = new Set([408, 425, 429, 500, 502, 503, 504]);

let bodyLimit: number | null = null;

/** Sends one ping, once. */
export async function deliver(
  machine: Machine,
  target: RunRecord["target"],
  { ping, signal }: { ping: Ping; signal?: AbortSignal },
): Promise<Delivery> {
  try {
    const { url, ...request } = requestOf(machine, target, ping);
    const answer = await send(url, {
      method: "POST",
      ...request,
      timeoutMs: REQUEST_MS_MAX,
      env: machine.env,
      ...(signal !== undefined && { signal }),
    });
    bodyLimit = answer.bodyLimit ?? bodyLimit;
    return deliveryOf(answer);
  } catch (error) {
    return { kind: "again", why: (error as Error).message };
  }
}

/** The request that sends a ping, to be posted by whatever can. */
export function requestOf(
  { host }: Machine,
  target: RunRecord["target"],
  ping: Ping,
): { url: string; headers: Record<string, string>; body?: Buffer } {
  return {
    url: pingUrl(target, ping),
    headers: {
      "User-Agent": `overdue/${VERSION} (${host})`.replaceAll(/[^\x20-\x7E]/g, "?"),
      ...(ping.facts !== undefined && { "Overdue-Facts": factsHeader(ping.facts) }),
    },
    ...(ping.body !== undefined && ping.body.length > 0 && { body: cut(ping.body) }),
  };
}

/** What the server keeps of a body, as it has said before. */
export function learnBodyLimit(limit: number): void {
  bodyLimit = limit;
}

function pingUrl({ pingUrl: base, create }: RunRecord["target"], { action, runId, moment }: Ping): string {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/$/, "")}${action === "" ? "" : `/${action}`}`;
  if (runId !== null) url.searchParams.set("rid", runId);
  if (create) url.searchParams.set("create", "1");
  const ageMs = moment === undefined ? 0 : ageOf(moment.moment, moment.bootId);
  if (ageMs >= LATE_FROM_MS) url.searchParams.set("age", String(ageMs / 1_000));
  return url.href;
}

function deliveryOf({ status, text, bodyLimit: limit }: Answer): Delivery {
  if (status >= 200 && status < 300) return { kind: "delivered", bodyLimit: limit };
  const said = `status ${status}${text.trim() === "" ? "" : `: ${text.trim().slice(0, 200)}`}`;
  return { kind: AGAIN.has(status) ? "again" : "refused", why: said };
}

/** The last part: what a job says at its end says most about it. */
function cut(body: Buffer): Buffer {
  return body.subarray(-(bodyLimit ?? BODY_BYTES_DEFAULT) || body.length);
}

/** JSON in ASCII; the facts that have no room are left out, from the last one on. */
function factsHeader(facts: Facts): string {
  const entries = Object.entries(facts);
  for (; ; entries.pop()) {
    const text = JSON.stringify(Object.fromEntries(entries)).replaceAll(
      /[\u007F-\uFFFF]/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
    if (text.length <= FACTS_BYTES_MAX || entries.length === 0) return text;
  }
}

/** The ping that says how a run ended; null where the record has no end. */
export function endPing({ runId, bootId, ended }: RunRecord): Ping | null {
  if (ended === null) return null;
  const { kind, status, tail, facts, durationMs } = ended;
  return {
    action: kind === "log" ? "log" : status === null ? "fail" : String(status),
    runId,
    moment: { moment: ended, bootId },
    body: Buffer.from(tail, "base64"),
    facts: { ...facts, ...(durationMs !== null && { durationMs: Math.round(durationMs) }) },
  };
}

/** The ping that says that a run has begun; null where there was none. */
export function startPing({ runId, bootId, started }: RunRecord): Ping | null {
  return started === null ? null : { action: "start", runId, moment: { moment: started, bootId } };
}
