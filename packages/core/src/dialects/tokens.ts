import { readMetrics } from "../metrics/read-metrics.ts";
import {
  type Dialect,
  type DialectPing,
  type DialectTarget,
  exitStatusOf,
  jsonAnswer,
  jsonObject,
  milliseconds,
  onePing,
  secondsToMs,
  targetOfName,
  targetOfToken,
  textAnswer,
  textOf,
  unescapePart,
  usualAnswer,
  usualStatus,
  usualText,
} from "./dialect.ts";
import { isRecord } from "../text/json.ts";

/**
 * Monitors whose URL is a secret of one check and little else. In place of their token stands the UUID of the check's
 * ping URL, with or without its dashes. Source: recordings of the real clients, see docs/connect.
 */

const UNKNOWN_TOKEN = { kind: "malformed", problem: "not found" } as const;

const KUMA = /^\/api\/push\/([^/]+)\/?$/;
const KUMA_STATUS = /^(?:up|down)$/;
const PING = /^\/+ping\/+([^/]+)\/?$/;

/** Uptime Kuma's push monitors: any word but `up` is down, and `up` with the message `start` is how borgmatic starts. */
export const uptimeKuma: Dialect = {
  name: "Uptime Kuma",
  matches: ({ path, query }) =>
    KUMA.test(path) || (PING.test(path) && KUMA_STATUS.test(query.get("status") ?? "")),
  read: ({ path, query }) => {
    const target = targetOfToken((KUMA.exec(path) ?? PING.exec(path))?.[1] ?? "");
    if (target === null) return UNKNOWN_TOKEN;
    const [status, message] = [query.get("status") ?? "up", query.get("msg") ?? ""];
    const isStart = status === "up" && message.trim().toLowerCase() === "start";
    const kind = isStart ? "start" : status === "up" ? "success" : "fail";
    // Its own clients leave it empty where they have none, and it ignores other texts.
    const ping = Number.parseFloat(query.get("ping") ?? "");
    const metrics = readMetrics(Number.isNaN(ping) ? [] : [["ping", ping]]);
    return onePing(target, kind, { body: message === "OK" || isStart ? "" : message, metrics });
  },
  answer: (outcome) => {
    if (outcome.kind === "stored") return jsonAnswer(200, { ok: true });
    if (outcome.kind === "unavailable") return jsonAnswer(503, { ok: false, msg: usualText(outcome) });
    return jsonAnswer(404, { ok: false, msg: "Monitor not found or not active." });
  },
};

/**
 * Dead Man's Snitch: `s` is the exit status or a word for a failure, `m` a message, in the query or the body. A bare token is
 * that of any product whose URL is nothing else.
 */
export const snitch: Dialect = {
  name: "Dead Man's Snitch",
  matches: ({ path, query }) =>
    PING.test(path) && (query.has("s") || targetOfToken(PING.exec(path)?.[1] ?? "")?.kind === "token"),
  read: ({ path, query, body }) => {
    const target = targetOfToken(PING.exec(path)?.[1] ?? "");
    if (target === null) return UNKNOWN_TOKEN;
    const sent = fieldsOf(body);
    const [status, message] = [query.get("s") ?? sent("s"), query.get("m") ?? sent("m")];
    const isHealthy = status === "" || status === "0";
    const exitStatus = exitStatusOf(status);
    const words = exitStatus === null && !isHealthy ? status : "";
    const said = [message, words].filter((text) => text !== "").join("\n");
    return onePing(target, isHealthy ? "success" : "fail", { exitStatus, body: said });
  },
  answer: (outcome) =>
    outcome.kind === "stored" ? textAnswer(202, "Got it, thanks!") : usualAnswer(outcome),
};

const BETTER_STACK = /^\/api\/v1\/heartbeat\/([^/]+)(?:\/(fail|\d+))?\/?$/;

export const betterStack: Dialect = {
  name: "Better Stack",
  matches: ({ path }) => BETTER_STACK.test(path),
  read: ({ path, body }) => {
    const [, token = "", how] = BETTER_STACK.exec(path) ?? [];
    const target = targetOfToken(token);
    if (target === null) return UNKNOWN_TOKEN;
    const hasFailed = how === "fail" || Number(how ?? 0) !== 0;
    return onePing(target, hasFailed ? "fail" : "success", { exitStatus: exitStatusOf(how), body });
  },
  answer: notFoundForAnyToken,
};

const HONEYBADGER = /^\/v1\/check_in\/([^/]+)(?:\/([^/]+))?\/?$/;

/** `hb` takes no other status for a success than 200. */
export const honeybadger: Dialect = {
  name: "Honeybadger",
  matches: ({ path }) => HONEYBADGER.test(path),
  read: ({ path, body }) => {
    const [, first = "", slug] = HONEYBADGER.exec(path) ?? [];
    const target =
      slug === undefined ? targetOfToken(first) : targetOfName(unescapePart(first), unescapePart(slug));
    if (target === null) return UNKNOWN_TOKEN;
    if (body.trim() === "") return onePing(target, "success");
    const said = jsonObject(body)?.["check_in"];
    if (!isRecord(said)) return { kind: "malformed", problem: "the body is not a check_in in JSON" };
    const { status, duration, stdout, stderr, exit_code: exitCode } = said;
    const isGood = textOf(status || "success") === "success" && Number(exitCode ?? 0) === 0;
    return onePing(target, isGood ? "success" : "fail", {
      exitStatus: exitStatusOf(exitCode),
      durationMs: typeof duration === "number" ? milliseconds(duration) : null,
      body: [stdout, stderr]
        .map(textOf)
        .filter((text) => text !== "")
        .join("\n"),
    });
  },
  answer: notFoundForAnyToken,
};

const OH_DEAR = /^\/+ping\/+([^/]+)\/+(starting|finished|failed)\/?$/;

export const ohDear: Dialect = {
  name: "Oh Dear",
  matches: ({ path }) => OH_DEAR.test(path),
  read: ({ path, body }) => {
    const [, token = "", how = ""] = OH_DEAR.exec(path) ?? [];
    const target = targetOfToken(token);
    if (target === null) return UNKNOWN_TOKEN;
    if (how === "starting") return onePing(target, "start");
    const said = fieldsOf(body);
    const exitStatus = exitStatusOf(said("exit_code"));
    const hasFailed = how === "failed" || Number(said("exit_code") || 0) !== 0;
    return onePing(target, hasFailed ? "fail" : "success", {
      exitStatus,
      durationMs: secondsToMs(said("runtime")),
      body: said("failure_message"),
      metrics: readMetrics(said("memory") === "" ? [] : [["memory", said("memory")]]),
    });
  },
  answer: notFoundForAnyToken,
};

const OH_DEAR_FIELDS = new Set(["exit_code", "runtime", "memory", "failure_message"]);

/**
 * What Oh Dear's fields say in the body of a plain ping, as its clients send them there too: null where they are not its
 * fields and nothing else, or the run ended well. A body is else the output of a job, which says nothing.
 * Source: https://ohdear.app/docs/general/cron-job-monitoring/advanced-usage.
 */
export function ohDearFailure(body: string): Pick<DialectPing, "exitStatus" | "durationMs" | "body"> | null {
  if (!body.includes("exit_code")) return null;
  const json = jsonObject(body);
  const names = json === null ? [...new URLSearchParams(body).keys()] : Object.keys(json);
  if (!names.every((name) => OH_DEAR_FIELDS.has(name))) return null;
  const said = fieldsOf(body);
  const code = said("exit_code").trim();
  if (!/^-?\d{1,5}$/.test(code) || Number(code) === 0) return null;
  return {
    exitStatus: exitStatusOf(code),
    durationMs: secondsToMs(said("runtime")),
    body: said("failure_message"),
  };
}

/** The fields of a body in JSON, of a form, or of a form in parts. */
function fieldsOf(body: string): (name: string) => string {
  const json = jsonObject(body);
  if (json !== null) return (name) => textOf(json[name]);
  const parts = [...body.matchAll(/\bname="([^"]*)"[^\r\n]*\r?\n\r?\n([^]*?)\r?\n--/g)];
  if (parts.length > 0) return (name) => parts.find((part) => part[1] === name)?.[2] ?? "";
  const form = new URLSearchParams(body);
  return (name) => form.get(name) ?? "";
}

const CHECKLY = /^\/heartbeats\/ping\/([^/]+)\/?$/;

export const checkly: Dialect = {
  name: "Checkly",
  matches: ({ path }) => CHECKLY.test(path),
  read: ({ path, method }) => {
    const target = targetOfToken(CHECKLY.exec(path)?.[1] ?? "");
    if (target === null) return UNKNOWN_TOKEN;
    if (method === "PUT" || method === "DELETE")
      return { kind: "malformed", problem: "a heartbeat is sent by GET or POST" };
    return onePing(target, "success");
  },
  answer: notFoundForAnyToken,
};

const CRONHUB = /^\/(start|finish|fail)\/([0-9a-f-]{32,36})\/?$/i;
const CRONHUB_KINDS = { start: "start", finish: "success", fail: "fail" } as const;

export const cronhub: Dialect = {
  name: "Cronhub",
  matches: ({ path }) => CRONHUB.test(path),
  read: ({ path }) => {
    const [, how = "", token = ""] = CRONHUB.exec(path.toLowerCase()) ?? [];
    const target: DialectTarget | null = targetOfToken(token);
    return target === null
      ? UNKNOWN_TOKEN
      : onePing(target, CRONHUB_KINDS[how as keyof typeof CRONHUB_KINDS]);
  },
  answer: notFoundForAnyToken,
};

/** A token that is no UUID is one that nobody has. */
function notFoundForAnyToken(outcome: Parameters<Dialect["answer"]>[0]) {
  const isNoToken = outcome.kind === "malformed" && outcome.problem === UNKNOWN_TOKEN.problem;
  return isNoToken ? textAnswer(404, "not found") : textAnswer(usualStatus(outcome), usualText(outcome));
}
