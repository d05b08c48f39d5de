import type { PingKind } from "@overdue/core";
import type { Target } from "@overdue/db";

/** What a ping's URL asks for; the words of the refusals are those that Healthchecks' clients know. */
export type PingUrl =
  | { kind: "ping"; target: Target; action: PingKind; exitStatus: number | null; rid: string | null }
  | { kind: "no such page" }
  /** Refused, but only where there is such a check: else it is "not found". */
  | { kind: "malformed"; target: Target; problem: "invalid url format" | "invalid uuid format" }
  | { kind: "bad slug" };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const RUN_ID = new RegExp(UUID.source, "i");
const NAME = /^[-A-Za-z0-9_]+$/;
const SLUG_CHARS = 100;
const ACTION = /^(?:start|fail|log|\d+)$/;
const EXIT_STATUS_MAX = 255;

/**
 * Reads the path behind `/ping/` (or at the root of the ping host) and the query.
 * Forms: `<uuid>`, `<uuid>/`, `<uuid>/<action>`, `<ping key>/<slug>`, `<ping key>/<slug>/<action>`, where an action is
 * `start`, `fail`, `log` or an exit status. Source: shared healthchecks.md 3.1, 3.3, 3.7.
 */
export function readPingUrl(path: string, query: URLSearchParams): PingUrl {
  const [first = "", second, third, ...rest] = path.split("/");
  if (rest.length > 0) return { kind: "no such page" };
  if (UUID.test(first) && third === undefined && isAction(second)) {
    return asked({ kind: "uuid", pingUuid: first }, second, query);
  }
  if (!NAME.test(first) || second === undefined || !NAME.test(second)) return { kind: "no such page" };
  if (third !== undefined && !ACTION.test(third)) return { kind: "no such page" };
  if (/[A-Z]/.test(second)) return { kind: "bad slug" };
  const create = query.getAll("create").at(-1) === "1";
  // No check has such a slug, and none can get it.
  if (second.length > SLUG_CHARS) return { kind: create ? "bad slug" : "no such page" };
  return asked({ kind: "slug", pingKey: first, slug: second, create }, third, query);
}

function isAction(part: string | undefined): boolean {
  return part === undefined || part === "" || ACTION.test(part);
}

function asked(target: Target, action: string | undefined, query: URLSearchParams): PingUrl {
  const exitStatus = action !== undefined && /^\d+$/.test(action) ? Number(action) : null;
  const rid = query.getAll("rid").at(-1) ?? null;
  if (exitStatus !== null && exitStatus > EXIT_STATUS_MAX) {
    return { kind: "malformed", target, problem: "invalid url format" };
  }
  if (rid !== null && !RUN_ID.test(rid)) return { kind: "malformed", target, problem: "invalid uuid format" };
  return { kind: "ping", target, action: actionOf(action), exitStatus, rid: rid?.toLowerCase() ?? null };
}

function actionOf(action: string | undefined): PingKind {
  return action === "start" || action === "fail" || action === "log" ? action : "success";
}
