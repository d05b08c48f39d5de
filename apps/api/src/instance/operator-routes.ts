import {
  findUser,
  listQuarantined,
  type OperatorView,
  type Quarantined,
  readOperatorView,
  readProblems,
} from "@overdue/db";
import { z } from "zod";

import type { AppContext } from "../http/context.ts";
import { ApiError } from "../http/problem.ts";
import { createRouter, json, route } from "../http/route.ts";
import { iso, isoOrNull, Timestamp } from "../http/schemas.ts";

const Latencies = z
  .object({
    count: z.int(),
    p50Ms: z.int().nullable(),
    p99Ms: z.int().nullable(),
    mostMs: z.int().nullable(),
  })
  .meta({ id: "SelfTestLatencies", description: "From a deadline until the provider took the alert." });

const View = z
  .object({
    at: Timestamp,
    problems: z.array(z.string()).meta({ description: "All that is wrong now; empty while all is well." }),
    queue: z.enum(["postgres", "redis"]),
    checkers: z.array(
      z
        .object({
          id: z.uuid(),
          startedAt: Timestamp,
          evaluatedAt: Timestamp.meta({
            description: "When it last evaluated deadlines; each second is normal.",
          }),
          watermarkAt: Timestamp.nullable().meta({ description: "Up to when deadlines may be evaluated." }),
          isAlive: z.boolean(),
        })
        .meta({ id: "OperatorChecker" }),
    ),
    receivers: z.array(
      z
        .object({
          id: z.uuid(),
          startedAt: Timestamp,
          checkpointAt: Timestamp.meta({ description: "When it last proved that it receives pings." }),
          isAlive: z.boolean(),
          keptBytes: z.int().meta({
            description: "Pings on its disk that are not stored yet, in bytes, as it last said.",
          }),
          keptSince: Timestamp.nullable().meta({
            description: "When the oldest of these was received; null: nothing is kept.",
          }),
        })
        .meta({ id: "OperatorReceiver" }),
    ),
    evaluation: z.object({
      lagSeconds: z
        .number()
        .nullable()
        .meta({ description: "How far the evaluation of deadlines lies behind the clock." }),
      waitSeconds: z.number().nullable().meta({ description: "How long the oldest deadline has waited." }),
    }),
    deliveries: z.object({
      due: z.int().meta({ description: "Due, and taken by nobody yet." }),
      underWay: z.int(),
      later: z.int().meta({ description: "They wait for their time, such as that of a retry." }),
      oldestDueSeconds: z.number().nullable(),
      deadLetters: z.int().meta({ description: "Given up, in all projects, and dealt with by nobody." }),
    }),
    quarantined: z
      .array(
        z
          .object({
            id: z.uuid(),
            kind: z.enum(["check", "incident", "delivery"]),
            name: z.string().meta({ description: "Of the check, or of the delivery's channel." }),
            projectName: z.string(),
            attempts: z.int(),
            since: Timestamp,
            until: Timestamp.meta({ description: "When it is tried again by itself." }),
            reason: z.string(),
          })
          .meta({ id: "OperatorQuarantined" }),
      )
      .meta({ description: "What cannot be worked on and is put aside, in all projects, 100 at most." }),
    channels: z.object({
      all: z.int(),
      broken: z.int(),
      resting: z.int().meta({ description: "They failed often lately, and are left alone for a while." }),
    }),
    selfTest: z
      .object({ lastArrivedAt: Timestamp.nullable(), hour: Latencies, day: Latencies })
      .meta({ description: "The self-test: a check that misses its deadline every five minutes." }),
    heartbeat: z.object({
      isSet: z.boolean().meta({ description: "SELF_HEARTBEAT_URL is set." }),
      lastSentAt: Timestamp.nullable(),
    }),
  })
  .meta({ id: "OperatorView" });

export const operatorRoutes = createRouter().openapi(
  route(
    { auth: "signed-in", key: null },
    {
      method: "get",
      path: "/v1/operator",
      summary: "State of the whole instance",
      description:
        "For operators: the first account, and accounts that `npm run admin -- user operator` names.",
      tags: ["Instance"],
      responses: { 200: json(View, "Its processes, queues and channels, and what is wrong.") },
    },
  ),
  async (c) => {
    await assertOperator(c);
    const { pool, db, now, settings } = c.var.deps;
    const [seen, { broken, warnings }, quarantined] = await Promise.all([
      readOperatorView(pool),
      readProblems(pool),
      listQuarantined(db),
    ]);
    const common = { at: iso(now()), problems: [...broken, ...warnings], queue: settings.queue };
    return c.json(
      { ...common, quarantined: quarantined.map(quarantinedView), ...viewOf(seen, settings) },
      200,
    );
  },
);

async function assertOperator(c: AppContext): Promise<void> {
  const { actor, deps } = c.var;
  const user = actor.kind === "user" ? await findUser(deps.db, actor.userId) : null;
  if (user?.isOperator === true) return;
  throw new ApiError("forbidden", "This is for operators of the instance: ask one to make you an operator.");
}

function quarantinedView({ id, kind, name, projectName, attempts, since, until, reason }: Quarantined) {
  return { id, kind, name, projectName, attempts, since: iso(since), until: iso(until), reason };
}

function viewOf(
  { checkers, receivers, selfTest, heartbeatAt, ...rest }: OperatorView,
  { hasHeartbeat }: { hasHeartbeat: boolean },
) {
  return {
    ...rest,
    checkers: checkers.map((one) => ({
      ...one,
      startedAt: iso(one.startedAt),
      evaluatedAt: iso(one.evaluatedAt),
      watermarkAt: isoOrNull(one.watermarkAt),
    })),
    receivers: receivers.map((one) => ({
      ...one,
      startedAt: iso(one.startedAt),
      checkpointAt: iso(one.checkpointAt),
      keptSince: isoOrNull(one.keptSince),
    })),
    selfTest: { ...selfTest, lastArrivedAt: isoOrNull(selfTest.lastArrivedAt) },
    heartbeat: { isSet: hasHeartbeat, lastSentAt: isoOrNull(heartbeatAt) },
  };
}
