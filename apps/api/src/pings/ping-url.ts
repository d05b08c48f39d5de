import { metricsInQuery, type PingKind, type ReportedMetrics, UUID } from "@overdue/core";
import type { PingTarget } from "@overdue/db";

import { findForeignOutcome } from "./other-dialects.ts";

/** Whose ping it would be: the check or project that a URL names, whether or not it exists. */
export type Owner =
  | { kind: "uuid"; pingUuid: string }
  | { kind: "key"; pingKey: string; slug: string }
  /** Of another product, in a URL that names no project. */
  | { kind: "token"; token: string };

/** What a ping's URL asks for. The refusals have Healthchecks' words, since its clients know them. */
export type PingUrl =
  | {
      kind: "ping";
      target: PingTarget;
      action: PingKind;
      exitStatus: number | null;
      rid: string | null;
      /** The due time that the scheduler handed on, epoch milliseconds; left out where there is none. */
      dueAt?: number;
      /** The numbers that the query reports; left out where there are none. */
      metrics?: ReportedMetrics;
      /** How long ago it happened, as its client says, in milliseconds; left out where it happens now. */
      ageMs?: number;
    }
  | { kind: "no such page"; owner: Owner | null }
  /** Refused if the check exists; otherwise the answer is "not found". */
  | { kind: "malformed"; target: PingTarget; problem: Problem }
  | { kind: "bad slug"; owner: Owner };

export type Problem =
  | { kind: "invalid url format" }
  | { kind: "invalid uuid format" }
  /** It reports something other than success in the form of another monitor; `words` as they were sent. */
  | { kind: "other dialect"; words: string; place: "query" | "body" };

const UUID_ANY_CASE = new RegExp(`^${UUID.source}$`, "i");
const UUID_WITHIN = new RegExp(UUID.source, "i");
const NAME = /^[-A-Za-z0-9_]+$/;
const SLUG_CHARS_MAX = 100;
const ACTION = /^(?:start|fail|log|\d+)$/;
const EXIT_STATUS_MAX = 255;

/**
 * Reads the path after `/ping/` (or from the root on the ping host) and the query.
 * Forms: `<uuid>`, `<uuid>/<action>`, `<ping key>/<slug>`, `<ping key>/<slug>/<action>`, where an action is `start`,
 * `fail`, `log` or an exit status. Source: https://healthchecks.io/docs/http_api/. Extra slashes and a UUID in capitals are
 * taken too, since some clients send them and nothing else can be meant.
 */
export function readPingUrl(path: string, query: URLSearchParams): PingUrl {
  const [first = "", second, third, ...rest] = path.split("/").filter((part) => part !== "");
  if (UUID_ANY_CASE.test(first) && third === undefined && (second === undefined || ACTION.test(second))) {
    return readRequest({ kind: "uuid", pingUuid: first.toLowerCase() }, second, query);
  }
  const owner = ownerOf(first, second ?? "");
  if (rest.length > 0 || owner === null || second === undefined || !NAME.test(second)) {
    return { kind: "no such page", owner };
  }
  if (third !== undefined && !ACTION.test(third)) return { kind: "no such page", owner };
  if (/[A-Z]/.test(second)) return { kind: "bad slug", owner };
  const create = query.getAll("create").at(-1) === "1";
  // No check has such a slug, and none can get it.
  if (second.length > SLUG_CHARS_MAX) return { kind: create ? "bad slug" : "no such page", owner };
  return readRequest({ kind: "slug", pingKey: first, slug: second, create }, third, query);
}

/** Whose ping a malformed request would have been. `target`: its URL from the path on. */
export function ownerInTarget(target: string): Owner | null {
  const [first = "", slug = ""] = target
    .replace(/^\/+(?:ping\/+)?/, "")
    .split(/[/?]/)
    .filter((part) => part !== "");
  return ownerOf(first, slug);
}

/** A URL, from its path on, without the key or UUID, which is a secret: what stands around and after it. */
export function partBehindKey(target: string): string {
  const [, first = "", rest = ""] = /^\/*(?:ping\/+)?([^/?]*)(.*)$/s.exec(target) ?? [];
  const [pingUuid] = UUID_WITHIN.exec(first) ?? [];
  if (pingUuid === undefined) return rest;
  const [before = "", behind = ""] = first.split(pingUuid);
  return `${before === "" ? "" : `${before}…`}${behind}${rest}`;
}

/** Whether a check may have this slug. */
export function isSlug(text: string): boolean {
  return /^[-a-z0-9_]+$/.test(text) && text.length <= SLUG_CHARS_MAX;
}

/** A UUID still says whose ping it is if something was copied along with it, such as a blank, a quote or a full stop. */
function ownerOf(first: string, slug: string): Owner | null {
  const [pingUuid] = UUID_WITHIN.exec(first) ?? [];
  if (pingUuid !== undefined) return { kind: "uuid", pingUuid: pingUuid.toLowerCase() };
  return NAME.test(first) ? { kind: "key", pingKey: first, slug } : null;
}

/** Whose ping a target is. A UUID in the place of the ping key names a check; what follows is then an unknown action. */
export function ownerOfTarget(target: PingTarget): Owner {
  if (target.kind === "uuid") return { kind: "uuid", pingUuid: target.pingUuid };
  const { pingKey, slug } = target;
  return ownerOf(pingKey, slug) ?? { kind: "key", pingKey, slug };
}

function readRequest(target: PingTarget, action: string | undefined, query: URLSearchParams): PingUrl {
  const exitStatus = action !== undefined && /^\d+$/.test(action) ? Number(action) : null;
  const rid = query.getAll("rid").at(-1) ?? null;
  if (exitStatus !== null && exitStatus > EXIT_STATUS_MAX) {
    return { kind: "malformed", target, problem: { kind: "invalid url format" } };
  }
  if (rid !== null && !UUID_ANY_CASE.test(rid))
    return { kind: "malformed", target, problem: { kind: "invalid uuid format" } };
  // A ping that counts as a failure by its path cannot be mistaken for a success, whatever else it says.
  const words = action === "fail" || (exitStatus ?? 0) > 0 ? null : findForeignOutcome(query);
  if (words !== null)
    return { kind: "malformed", target, problem: { kind: "other dialect", words, place: "query" } };
  const ping = { target, action: pingKind(action), exitStatus, rid: rid?.toLowerCase() ?? null };
  const dueAt = readDueTime(query.getAll("due").at(-1) ?? "");
  const metrics = metricsInQuery(query);
  const ageMs = readAge(query.getAll("age").at(-1) ?? "");
  return {
    kind: "ping",
    ...ping,
    ...(dueAt !== null && { dueAt }),
    ...(metrics !== null && { metrics }),
    ...(ageMs !== null && { ageMs }),
  };
}

/** Reads seconds such as 3600 or 0.5. Null for none, and for anything else. @returns milliseconds */
function readAge(text: string): number | null {
  return /^\d{1,9}(\.\d{1,9})?$/.test(text) && Number(text) > 0 ? Math.round(Number(text) * 1000) : null;
}

/**
 * Reads an ISO 8601 time with its zone, or seconds or milliseconds since 1970. Null for anything else: a ping is never
 * refused because of this extra parameter.
 */
function readDueTime(text: string): number | null {
  if (/^\d{9,11}(\.\d+)?$/.test(text)) return Math.round(Number(text) * 1000);
  if (/^\d{12,14}$/.test(text)) return Number(text);
  // A plus sign that was not escaped has become a blank.
  const [, day, time, zone] =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[-+ ]\d\d:?\d\d)$/i.exec(text) ?? [];
  if (day === undefined || time === undefined || zone === undefined) return null;
  const at = Date.parse(`${day}T${time}${zone.toUpperCase().replace(" ", "+")}`);
  return Number.isNaN(at) ? null : at;
}

function pingKind(action: string | undefined): PingKind {
  return action === "start" || action === "fail" || action === "log" ? action : "success";
}
