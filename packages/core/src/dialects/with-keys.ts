import {
  type Dialect,
  type DialectPing,
  type DialectReading,
  type DialectRequest,
  jsonAnswer,
  jsonObject,
  milliseconds,
  onePing,
  plainPing,
  targetOfName,
  textAnswer,
  textOf,
  unescapePart,
  usualStatus,
  usualText,
} from "./dialect.ts";

/**
 * Monitors that name a check and send a key of its project beside: Gatus, Opsgenie, AppSignal. Their key is the project's
 * ping key. Source: recordings of the real clients, see docs/connect.
 */

const GATUS = /^\/api\/v1\/endpoints\/([^/]+)\/external\/?$/;

export const gatus: Dialect = {
  name: "Gatus",
  matches: ({ path }) => GATUS.test(path),
  read: ({ path, query, header, method }) => {
    if (method !== "POST") return { kind: "malformed", problem: "a result is sent by POST" };
    const authorization = header("authorization") ?? "";
    const token = /^Bearer(?:\s+(.*))?$/.exec(authorization)?.[1]?.trim();
    if (!authorization.startsWith("Bearer")) return unauthorizedReading("invalid Authorization header");
    if (token === undefined || token === "") return unauthorizedReading("bearer token must not be empty");
    const success = query.get("success");
    if (success !== "true" && success !== "false")
      return { kind: "malformed", problem: "missing or invalid success query parameter" };
    const said = query.get("duration") ?? "";
    const durationMs = goDurationMs(said);
    if (durationMs === null && said !== "")
      return { kind: "malformed", problem: `invalid duration: ${said.slice(0, SHOWN_CHARS)}` };
    const name = unescapePart(GATUS.exec(path)?.[1] ?? "");
    const body = success === "true" ? "" : (query.get("error") ?? "");
    return onePing(targetOfName(token, name), success === "true" ? "success" : "fail", { durationMs, body });
  },
  answer: (outcome) => {
    if (outcome.kind === "stored") return { status: 200, type: "text", text: null };
    const problem =
      outcome.kind === "unauthorized" && outcome.problem === "" ? "invalid token" : outcome.problem;
    return textAnswer(usualStatus(outcome), usualText({ ...outcome, problem }));
  },
};

const SHOWN_CHARS = 40;
const GO_UNITS_MS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** A duration as Go writes it, such as 1m30.5s; null for anything else. */
function goDurationMs(text: string): number | null {
  if (!/^\+?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(text)) return text === "0" ? 0 : null;
  const parts = text.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g);
  let sum = 0;
  for (const [, number, unit = ""] of parts) sum += Number(number) * (GO_UNITS_MS[unit] ?? 0);
  return milliseconds(sum);
}

const OPSGENIE = /^\/v2\/heartbeats\/(.+)\/ping\/?$/;

export const opsgenie: Dialect = {
  name: "Opsgenie",
  matches: ({ path }) => OPSGENIE.test(path),
  read: ({ path, header }) => {
    const key = /^GenieKey\s+(\S+)/i.exec(header("authorization") ?? "")?.[1];
    if (key === undefined) return unauthorizedReading("Key format is not valid!");
    return onePing(targetOfName(key, unescapePart(OPSGENIE.exec(path)?.[1] ?? "")), "success");
  },
  // Its clients want JSON; there is nothing to look up by this id.
  answer: (outcome) => {
    const rest = { took: 0, requestId: "00000000-0000-4000-8000-000000000000" };
    if (outcome.kind === "stored") return jsonAnswer(202, { result: "PONG - Heartbeat received", ...rest });
    const problem = outcome.kind === "unauthorized" ? "Could not authenticate" : usualText(outcome);
    return jsonAnswer(usualStatus(outcome), { message: problem, ...rest });
  },
};

const APPSIGNAL = /^\/check_ins\/json\/?$/;

/** Several events in a request, a line each. It never says that a job failed: such a run has a start and no finish. */
export const appSignal: Dialect = {
  name: "AppSignal",
  matches: ({ path }) => APPSIGNAL.test(path),
  read: readEvents,
  answer: (outcome) => textAnswer(usualStatus(outcome), outcome.kind === "stored" ? "" : usualText(outcome)),
};

function readEvents({ query, body }: DialectRequest): DialectReading {
  const key = query.get("api_key") ?? "";
  if (key === "") return unauthorizedReading("api_key is missing");
  const lines = body.split("\n").filter((line) => line.trim() !== "");
  const events = lines
    .slice(0, EVENTS_MAX)
    .map(jsonObject)
    .filter((event) => event !== null);
  const known = events.filter((event) => textOf(event["identifier"]) !== "");
  if (known.length === 0)
    return { kind: "malformed", problem: "no line of the body is an event with an identifier" };
  const started = new Map<string, number>();
  const pings = known.map((event): DialectPing => {
    const target = targetOfName(key, textOf(event["identifier"]), query.get("environment") ?? "");
    const [runId, at] = [textOf(event["digest"]), Number(event["timestamp"])];
    const isStart = event["kind"] === "start";
    if (isStart) started.set(runId, at);
    const ping = plainPing(target, isStart ? "start" : "success");
    // A start and a finish that come together would seem to be no time apart.
    const from = isStart ? undefined : started.get(runId);
    const durationMs = from === undefined ? null : milliseconds((at - from) * 1000);
    return { ...ping, runId: runId === "" ? null : runId, durationMs };
  });
  // Without its start the finish says how long the run took.
  const timed = new Set(pings.flatMap(({ durationMs, runId }) => (durationMs === null ? [] : [runId])));
  const needed = pings.filter(({ kind, runId }) => kind !== "start" || !timed.has(runId));
  return { kind: "pings", pings: needed, reply: "" };
}

const EVENTS_MAX = 500;

function unauthorizedReading(problem: string): DialectReading {
  return { kind: "unauthorized", problem };
}
