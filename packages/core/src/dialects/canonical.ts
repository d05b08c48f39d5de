import { z } from "zod";

import type { PingKind } from "../checks/event.ts";
import { metricsOfObject } from "../metrics/read-metrics.ts";
import {
  type Dialect,
  type DialectReading,
  type DialectRequest,
  jsonAnswer,
  jsonObject,
  onePing,
  secondsToMs,
  targetOfName,
  targetOfToken,
  usualStatus,
  usualText,
} from "./dialect.ts";

/** Our own form of a ping as JSON, for programs that write one: `POST /v1/ping`. */
export const canonical: Dialect = {
  name: "Overdue",
  matches: ({ path }) => path === "/v1/ping",
  read: readCanonical,
  answer: (outcome) => {
    if (outcome.kind === "stored") return jsonAnswer(200, { stored: true });
    return jsonAnswer(usualStatus(outcome), { stored: false, problem: usualText(outcome) });
  },
};

const KINDS = ["start", "success", "fail", "log"] as const satisfies readonly PingKind[];

const Input = z.strictObject({
  check: z.string({ error: "check must be the UUID of a ping URL, or a slug or name" }).min(1).max(200),
  kind: z.enum(KINDS, { error: "kind must be start, success, fail or log" }),
  runId: z.string({ error: "runId must be a text" }).min(1).max(200).optional(),
  exitStatus: z
    .int({ error: "exitStatus must be a whole number from 0 to 255" })
    .min(0, { error: "exitStatus must be a whole number from 0 to 255" })
    .max(255, { error: "exitStatus must be a whole number from 0 to 255" })
    .optional(),
  durationSeconds: z.number({ error: "durationSeconds must be a number" }).min(0).optional(),
  body: z.string({ error: "body must be a text" }).optional(),
  // Whatever it is: a number that cannot be read must not cost the ping.
  metrics: z.unknown().optional(),
  once: z.string({ error: "once must be a text" }).min(1).max(200).optional(),
});

function readCanonical({ method, body, header }: DialectRequest): DialectReading {
  if (method !== "POST") return { kind: "malformed", problem: "send a ping by POST" };
  const read = Input.safeParse(jsonObject(body));
  if (!read.success) return { kind: "malformed", problem: sentence(read.error) };
  const { check, kind, runId, exitStatus, durationSeconds, body: text, metrics, once } = read.data;
  const byUuid = targetOfToken(check);
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
