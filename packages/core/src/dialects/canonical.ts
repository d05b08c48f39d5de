import { z } from "zod";

import type { PingKind } from "../checks/event.ts";
import { metricsOfObject } from "../metrics/read-metrics.ts";
import {
  type Dialect,
  type DialectOutcome,
  type DialectReading,
  type DialectRequest,
  jsonAnswer,
  jsonObject,
  onePing,
  secondsToMs,
  targetOfName,
  targetOfUuid,
  usualStatus,
} from "./dialect.ts";

/** Our own form of a ping as JSON, for programs that write one: `POST /v1/ping`. */
export const canonical: Dialect = {
  name: "Overdue",
  matches: ({ path }) => path === "/v1/ping",
  read: readCanonical,
  answer: (outcome) => {
    if (outcome.kind === "stored") return jsonAnswer(200, { stored: true });
    const [status, code] = [usualStatus(outcome), CODES[outcome.kind]];
    const problem = { type: "about:blank", title: code.replaceAll("_", " "), status, code };
    return { ...jsonAnswer(status, { ...problem, detail: detailOf(outcome) }), type: "problem" };
  },
};

/** The codes that the rest of our API has for the same. */
const CODES = {
  unknown: "not_found",
  ambiguous: "conflict",
  unauthorized: "unauthorized",
  malformed: "invalid_input",
  unavailable: "unavailable",
} as const;

function detailOf(outcome: DialectOutcome): string {
  const sentences: Partial<Record<DialectOutcome["kind"], string>> = {
    unknown: "check: there is no such check in this project; create it, or correct its slug or UUID.",
    ambiguous: "check: several checks have this slug; name it by the UUID of its ping URL.",
    unauthorized: "This ping key is unknown, expired or revoked.",
    unavailable: "The ping was not stored: try again in a moment.",
  };
  return outcome.problem === "" ? (sentences[outcome.kind] ?? "") : outcome.problem;
}

const KINDS = ["start", "success", "fail", "log"] as const satisfies readonly PingKind[];

const EXIT_STATUS = "exitStatus must be a whole number from 0 to 255";

/** A ping as JSON. */
export const PingInput = z
  .strictObject({
    check: z
      .string({ error: "check must be the UUID of a ping URL, or a slug or name" })
      .min(1)
      .max(200)
      .meta({ description: "Slug or name of a check of the project, or the UUID of its ping URL." }),
    kind: z.enum(KINDS, { error: "kind must be start, success, fail or log" }),
    runId: z
      .string({ error: "runId must be a text" })
      .min(1)
      .max(200)
      .optional()
      .meta({ description: "Any text that is the same in the start and the end of a run." }),
    exitStatus: z
      .int({ error: EXIT_STATUS })
      .min(0, { error: EXIT_STATUS })
      .max(255, { error: EXIT_STATUS })
      .optional(),
    durationSeconds: z.number({ error: "durationSeconds must be a number" }).min(0).optional(),
    body: z
      .string({ error: "body must be a text" })
      .optional()
      .meta({ description: "Output or message of the job." }),
    // Whatever it is: a number that cannot be read must not cost the ping.
    metrics: z.unknown().optional(),
    once: z
      .string({ error: "once must be a text" })
      .min(1)
      .max(200)
      .optional()
      .meta({ description: "Any text; pings of a check with the same one count once." }),
  })
  .meta({ id: "PingInput" });

function readCanonical({ method, body, header }: DialectRequest): DialectReading {
  if (method !== "POST") return { kind: "malformed", problem: "send a ping by POST" };
  const read = PingInput.safeParse(jsonObject(body));
  if (!read.success) return { kind: "malformed", problem: sentence(read.error) };
  const { check, kind, runId, exitStatus, durationSeconds, body: text, metrics, once } = read.data;
  const byUuid = targetOfUuid(check);
  const key = /^Bearer +(\S+)$/i.exec(header("authorization") ?? "")?.[1] ?? header("x-api-key");
  if (byUuid === null && key === undefined)
    return { kind: "unauthorized", problem: "send the project's ping key as Authorization: Bearer <key>" };
  return onePing(byUuid ?? targetOfName(key ?? "", check), kind, {
    runId: runId ?? null,
    exitStatus: exitStatus ?? null,
    durationMs: secondsToMs(durationSeconds),
    body: text ?? "",
    metrics: metricsOfObject(metrics),
    once: once === undefined ? null : `${check} ${once}`,
  });
}

function sentence({ issues }: z.ZodError): string {
  const [issue] = issues;
  if (issue === undefined || issue.path.length === 0)
    return issue?.code === "unrecognized_keys" ? issue.message : "the body must be an object in JSON";
  const [field] = issue.path;
  return issue.message.startsWith(String(field)) ? issue.message : `${String(field)}: ${issue.message}`;
}
