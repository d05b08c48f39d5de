import { type PingKind, UUID } from "@overdue/core";
import type { Target } from "@overdue/db";

import { findForeignOutcome } from "./other-dialects.ts";

/** Whose ping it would be: what a URL names, before anybody has looked whether there is such a thing. */
export type Owner = { kind: "uuid"; pingUuid: string } | { kind: "key"; pingKey: string; slug: string };

/** What a ping's URL asks for; the words of the refusals are those that Healthchecks' clients know. */
export type PingUrl =
  | {
      kind: "ping";
      target: Target;
      action: PingKind;
      exitStatus: number | null;
      rid: string | null;
      /** The due time that the scheduler handed on, epoch milliseconds; left out where there is none. */
      dueAt?: number;
    }
  | { kind: "no such page"; owner: Owner | null }
  /** Refused, but only where there is such a check: else it is "not found". */
  | { kind: "malformed"; target: Target; problem: Problem }
  | { kind: "bad slug"; owner: Owner };

export type Problem =
  | { kind: "invalid url format" }
  | { kind: "invalid uuid format" }
  /** It says in the form of another monitor that it is no success; `words` as they were sent. */
  | { kind: "other dialect"; words: string; place: "query" | "body" };

const UUID_ANY_CASE = new RegExp(`^${UUID.source}$`, "i");
const UUID_WITHIN = new RegExp(UUID.source, "i");
const NAME = /^[-A-Za-z0-9_]+$/;
const SLUG_CHARS = 100;
const ACTION = /^(?:start|fail|log|\d+)$/;
const EXIT_STATUS_MAX = 255;

/**
 * Reads the path behind `/ping/` (or at the root of the ping host) and the query.
 * Forms: `<uuid>`, `<uuid>/<action>`, `<ping key>/<slug>`, `<ping key>/<slug>/<action>`, where an action is `start`,
 * `fail`, `log` or an exit status. Source: shared healthchecks.md 3.1, 3.3, 3.7; beyond it a slash too many and a UUID
 * in capitals are taken, since some clients send them and nothing else can be meant.
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
  if (second.length > SLUG_CHARS) return { kind: create ? "bad slug" : "no such page", owner };
  return readRequest({ kind: "slug", pingKey: first, slug: second, create }, third, query);
}

/** Whose ping a URL, from its path on, would be that could not be read any further. */
export function ownerInTarget(target: string): Owner | null {
  const [first = "", slug = ""] = target
    .replace(/^\/+(?:ping\/+)?/, "")
    .split(/[/?]/)
    .filter((part) => part !== "");
  return ownerOf(first, slug);
}

/** What stands in a URL, from its path on, around and behind the key or the UUID, which is a secret and left out. */
export function partBehindKey(target: string): string {
  const [, first = "", rest = ""] = /^\/*(?:ping\/+)?([^/?]*)(.*)$/s.exec(target) ?? [];
  const [pingUuid] = UUID_WITHIN.exec(first) ?? [];
  if (pingUuid === undefined) return rest;
  const [before = "", behind = ""] = first.split(pingUuid);
  return `${before === "" ? "" : `${before}…`}${behind}${rest}`;
}

/** Whether a check may have this slug. */
export function isSlug(text: string): boolean {
  return /^[-a-z0-9_]+$/.test(text) && text.length <= SLUG_CHARS;
}

/** A UUID with something before or behind it, such as a blank, a quote or a full stop that was copied along, still says whose it is. */
function ownerOf(first: string, slug: string): Owner | null {
  const [pingUuid] = UUID_WITHIN.exec(first) ?? [];
  if (pingUuid !== undefined) return { kind: "uuid", pingUuid: pingUuid.toLowerCase() };
  return NAME.test(first) ? { kind: "key", pingKey: first, slug } : null;
}

/** Whose ping it is that is for this target. A UUID in a ping key's place is a check whose action nobody knows. */
export function ownerOfTarget(target: Target): Owner {
  if (target.kind === "uuid") return { kind: "uuid", pingUuid: target.pingUuid };
  const { pingKey, slug } = target;
  return ownerOf(pingKey, slug) ?? { kind: "key", pingKey, slug };
}

function readRequest(target: Target, action: string | undefined, query: URLSearchParams): PingUrl {
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
  return { kind: "ping", ...ping, ...(dueAt !== null && { dueAt }) };
}

/**
 * An ISO 8601 time with its zone, or seconds or milliseconds since 1970. Null for anything else: a ping is never refused
 * for what it says beside being one.
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
