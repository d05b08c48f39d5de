import type { PingKind } from "../checks/event.ts";
import { metricsInQuery } from "../metrics/read-metrics.ts";
import {
  type Dialect,
  type DialectPing,
  type DialectRequest,
  type DialectTarget,
  exitStatusOf,
  onePing,
  secondsToMs,
  targetOfName,
  targetOfToken,
  unescapePart,
  usualAnswer,
} from "./dialect.ts";

/**
 * Cronitor's telemetry: `/p/<key>/<monitor>` of its Python library, `/ping/<key>/<monitor>` of all others, and the words
 * that its URLs may end with. Its key is the project's ping key, or a ping URL stands for both.
 * Source: recordings of the real clients, see docs/connect.
 */

const OWN = /^\/p\/([^/]+)\/(.+?)\/?$/;
const SHARED = /^\/+ping\/+([^/]+)(?:\/(.+?))?\/?$/;
const WORD = /^(?:(.*)\/)?(run|complete|fail|ok|tick)$/;

const KINDS: Record<string, PingKind> = {
  "": "success",
  run: "start",
  complete: "success",
  fail: "fail",
  ok: "success",
  tick: "success",
  logs: "log",
};

export const cronitor: Dialect = {
  name: "Cronitor",
  matches: ({ path, query }) =>
    OWN.test(path) || (SHARED.test(path) && (query.has("state") || WORD.test(SHARED.exec(path)?.[2] ?? ""))),
  read: (request) => {
    const { query } = request;
    const named = query.has("state") || OWN.test(request.path) ? null : wordOf(request.path);
    const state = (query.get("state") ?? named ?? "").toLowerCase();
    const kind = KINDS[state];
    if (kind === undefined)
      return { kind: "malformed", problem: "state must be run, complete, fail, ok or tick, or be left out" };
    const target = targetOf(request, named);
    if (target === null) return { kind: "malformed", problem: "the URL names no monitor" };
    return onePing(target, kind, detailsOf(request, state));
  },
  answer: usualAnswer,
};

/** Its metric for how long the run took, in seconds. */
const DURATION = "duration:";

function wordOf(path: string): string | null {
  return WORD.exec(SHARED.exec(path)?.[2] ?? "")?.[2] ?? null;
}

function targetOf({ path, query }: DialectRequest, word: string | null): DialectTarget | null {
  const [, key = "", rest = ""] = OWN.exec(path) ?? SHARED.exec(path) ?? [];
  const monitor = word === null ? rest : (WORD.exec(rest)?.[1] ?? "");
  if (monitor === "") return targetOfToken(key);
  return targetOfName(unescapePart(key), unescapePart(monitor), query.get("env") ?? "");
}

function detailsOf({ query, path }: DialectRequest, state: string): Partial<DialectPing> {
  const [series, stamp] = [query.get("series") ?? "", query.get("stamp") ?? ""];
  const metrics = query.getAll("metric");
  const duration = metrics.find((each) => each.startsWith(DURATION));
  const others = metrics.filter((each) => !each.startsWith(DURATION)).map((each) => ["metric", each]);
  return {
    exitStatus: exitStatusOf(query.get("status_code") ?? query.get("exit_code")),
    runId: series === "" ? null : series,
    durationMs: secondsToMs(query.get("duration")) ?? secondsToMs(duration?.slice(DURATION.length)),
    body: query.get("message") ?? query.get("msg") ?? "",
    metrics: metricsInQuery(new URLSearchParams(others)),
    // Up to six tries of the command line have one stamp, which is of the client's clock.
    once: stamp === "" ? null : `${path} ${state} ${series} ${stamp}`,
  };
}
