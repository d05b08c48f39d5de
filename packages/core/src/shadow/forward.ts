import type { PingKind } from "../checks/event.ts";

/** Products to which pings can be forwarded; "other": one whose address is written with placeholders. */
export const SHADOW_PRODUCTS = [
  "healthchecks",
  "cronitor",
  "uptime-kuma",
  "dead-mans-snitch",
  "better-stack",
  "sentry",
  "honeybadger",
  "other",
] as const;

export type ShadowProduct = (typeof SHADOW_PRODUCTS)[number];

/** A ping as it is handed on, whichever form it came in. */
export type ForwardedPing = {
  /** In whose form it came; null: in that of none of these products. */
  cameAs: ShadowProduct | null;
  kind: Exclude<PingKind, "ignored">;
  exitStatus: number | null;
  /** A UUID. */
  runId: string | null;
  durationMs: number | null;
  method: string;
  /** As it came, without the question mark. */
  query: string;
  userAgent: string;
  /** When it was received, epoch milliseconds. */
  at: number;
};

/** Where a project's pings go besides. `pingKey`: the part of its ping URLs that names the account or project there. */
export type OldProduct = { product: ShadowProduct; pingUrl: string; pingKey: string };

/** What names the check: its key there, and its own slug and ping UUID for an address with placeholders. */
type ForwardedCheck = { key: string; slug: string; pingUuid: string };

export type ForwardRequest = {
  method: "GET" | "POST";
  url: string;
  contentType: string | null;
  body: string | null;
};

type Forward = {
  there: OldProduct;
  check: ForwardedCheck;
  ping: ForwardedPing;
  /** The body that was stored, cut; empty where there is none. */
  body: string;
};

/** The request that says the same to the other product; null where it has no word for this kind of ping. */
export function forwardRequest(forward: Forward): ForwardRequest | null {
  return FORMS[forward.there.product](forward);
}

const FORMS: Record<ShadowProduct, (forward: Forward) => ForwardRequest | null> = {
  healthchecks: toHealthchecks,
  cronitor: toCronitor,
  "uptime-kuma": toKuma,
  "dead-mans-snitch": toSnitch,
  "better-stack": toBetterStack,
  sentry: toSentry,
  honeybadger: toHoneybadger,
  other: toOther,
};

/** Whether the ping came in the form of the product that it goes to: then its query is handed on as it came. */
function isSame({ ping, there }: Forward): boolean {
  return ping.cameAs === there.product;
}

/** `<base>/<uuid>` or `<base>/<ping key>/<slug>`, with start, fail, log or the exit status. */
function toHealthchecks({ there, check, ping, body }: Forward): ForwardRequest {
  const path = there.pingKey === "" ? [check.key] : [there.pingKey, check.key];
  const how = ping.exitStatus ?? (ping.kind === "success" ? null : ping.kind);
  const query = ping.runId === null ? "" : `rid=${ping.runId}`;
  return asItCame(
    joinUrl(there.pingUrl, [...path, ...(how === null ? [] : [String(how)])], query),
    ping,
    body,
  );
}

/** All in the query; its clients' own query says more than is read here, such as metrics and the host. */
function toCronitor(forward: Forward): ForwardRequest {
  const { there, check, ping, body } = forward;
  const query = new URLSearchParams({ state: CRONITOR_STATES[ping.kind] });
  if (ping.runId !== null) query.set("series", ping.runId);
  if (ping.exitStatus !== null) query.set("status_code", String(ping.exitStatus));
  if (ping.durationMs !== null) query.set("metric", `duration:${ping.durationMs / MS}`);
  if (body !== "") query.set("message", tail(body, CRONITOR_CHARS));
  query.set("stamp", String(ping.at / MS));
  const said = isSame(forward) && ping.query !== "" ? withState(ping.query, ping.kind) : query.toString();
  return get(joinUrl(there.pingUrl, ["p", there.pingKey, check.key], said));
}

const MS = 1_000;
const CRONITOR_CHARS = 1_000;
const CRONITOR_STATES = { start: "run", success: "complete", fail: "fail", log: "logs" } as const;

/** The state may have stood in the path. */
function withState(query: string, kind: ForwardedPing["kind"]): string {
  return new URLSearchParams(query).has("state") ? query : `state=${CRONITOR_STATES[kind]}&${query}`;
}

/** It knows up and down alone. */
function toKuma(forward: Forward): ForwardRequest | null {
  const { there, check, ping, body } = forward;
  const at = (query: string) => get(joinUrl(there.pingUrl, ["api", "push", check.key], query));
  if (isSame(forward) && ping.query !== "") return at(ping.query);
  if (!isEnd(ping)) return null;
  const query = new URLSearchParams({
    status: ping.kind === "fail" ? "down" : "up",
    msg: body === "" ? "OK" : tail(body, KUMA_CHARS),
    ping: ping.durationMs === null ? "" : String(ping.durationMs),
  });
  return at(query.toString());
}

const KUMA_CHARS = 250;

function toSnitch({ there, check, ping, body }: Forward): ForwardRequest | null {
  if (!isEnd(ping)) return null;
  const status = ping.kind === "fail" ? String(ping.exitStatus ?? 1) : "";
  const query = new URLSearchParams({ m: tail(body, SNITCH_CHARS), s: status });
  return get(joinUrl(there.pingUrl, [check.key], query.toString()));
}

const SNITCH_CHARS = 256;

function toBetterStack({ there, check, ping, body }: Forward): ForwardRequest | null {
  if (!isEnd(ping)) return null;
  const how = ping.kind === "fail" ? [String(ping.exitStatus ?? "fail")] : [];
  return asItCame(joinUrl(there.pingUrl, ["api", "v1", "heartbeat", check.key, ...how], ""), ping, body);
}

/** `pingUrl` is the DSN without its key: `https://<host>/<project>`. */
function toSentry({ there, check, ping }: Forward): ForwardRequest | null {
  if (ping.kind === "log") return null;
  const [project = "", ...before] = new URL(there.pingUrl).pathname.split("/").filter(Boolean).toReversed();
  const query = new URLSearchParams({ status: SENTRY_STATUSES[ping.kind], environment: "production" });
  if (ping.runId !== null) query.set("check_in_id", ping.runId);
  if (ping.durationMs !== null) query.set("duration", String(ping.durationMs / MS));
  const path = [...before.toReversed(), "api", project, "cron", check.key, there.pingKey];
  return get(joinUrl(new URL(there.pingUrl).origin, path, query.toString()));
}

const SENTRY_STATUSES = { start: "in_progress", success: "ok", fail: "error" } as const;

function toHoneybadger({ there, check, ping, body }: Forward): ForwardRequest | null {
  if (!isEnd(ping)) return null;
  const said = {
    status: ping.kind === "fail" ? "error" : "success",
    ...(ping.durationMs !== null && { duration: ping.durationMs }),
    ...(ping.exitStatus !== null && { exit_code: ping.exitStatus }),
    ...(body !== "" && { stdout: tail(body, HONEYBADGER_CHARS) }),
  };
  const path = ["v1", "check_in", ...(there.pingKey === "" ? [] : [there.pingKey]), check.key];
  return {
    method: "POST",
    url: joinUrl(there.pingUrl, path, ""),
    contentType: "application/json",
    body: JSON.stringify({ check_in: said }),
  };
}

const HONEYBADGER_CHARS = 8_000;

/** The placeholders of an address of one's own. */
export const SHADOW_PLACEHOLDERS = ["key", "slug", "uuid", "kind", "exit_status", "run_id"] as const;

function toOther({ there, check, ping, body }: Forward): ForwardRequest {
  const values: Record<(typeof SHADOW_PLACEHOLDERS)[number], string> = {
    key: check.key,
    slug: check.slug,
    uuid: check.pingUuid,
    kind: ping.kind,
    exit_status: ping.exitStatus === null ? "" : String(ping.exitStatus),
    run_id: ping.runId ?? "",
  };
  const url = SHADOW_PLACEHOLDERS.reduce(
    (text, name) => text.replaceAll(`{${name}}`, encodeURIComponent(values[name])),
    there.pingUrl.replaceAll("{ping_key}", encodeURIComponent(there.pingKey)),
  );
  return asItCame(url, ping, body);
}

function isEnd({ kind }: ForwardedPing): boolean {
  return kind === "success" || kind === "fail";
}

/** By the method that the client used, as far as a ping may be sent by it. */
function asItCame(url: string, { method }: ForwardedPing, body: string): ForwardRequest {
  if (body !== "") return { method: "POST", url, contentType: "text/plain; charset=utf-8", body };
  const isRead = method === "GET" || method === "HEAD";
  return { method: isRead ? "GET" : "POST", url, contentType: null, body: null };
}

function get(url: string): ForwardRequest {
  return { method: "GET", url, contentType: null, body: null };
}

function joinUrl(base: string, parts: readonly string[], query: string): string {
  const path = parts.map((part) => encodeURIComponent(part)).join("/");
  return `${base.replace(/\/+$/, "")}/${path}${query === "" ? "" : `?${query}`}`;
}

function tail(text: string, chars: number): string {
  return text.slice(-chars);
}
