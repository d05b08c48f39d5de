import { z } from "zod";

import {
  checkFor,
  DAY,
  HOUR,
  type Imported,
  leftOut,
  MINUTE,
  type Reader,
  Seconds,
  tagsFrom,
  Text,
  Texts,
} from "./imported.ts";

const Kuma = z.looseObject({
  name: z.string(),
  type: z.string(),
  interval: z.number(),
  retryInterval: Seconds,
  maxretries: Seconds,
  pushToken: Text,
  description: Text,
  active: z.union([z.boolean(), z.number()]).nullish(),
  upsideDown: z.union([z.boolean(), z.number()]).nullish(),
  tags: z.array(z.looseObject({ name: z.string(), value: Text })).nullish(),
});
const KumaExport = z.union([
  z.object({ monitorList: z.array(Kuma) }).transform(({ monitorList }) => monitorList),
  z.array(Kuma),
]);

/** Reads a backup file of Uptime Kuma 1, or the list of monitors that its clients print. */
export const readKuma: Reader = (given) => KumaExport.safeParse(given).data?.map(readKumaMonitor) ?? null;

function readKumaMonitor(monitor: z.infer<typeof Kuma>): Imported {
  const { name, type, interval, pushToken, description, tags } = monitor;
  if (type !== "push")
    return leftOut(
      name,
      `it is a monitor of the type ${type}: Overdue waits for jobs to report, and does not call addresses.`,
    );
  if (pushToken === "")
    return leftOut(name, "it has no push token in this file: export it with its secrets.");
  const retries = (monitor.maxretries ?? 0) * (monitor.retryInterval ?? interval);
  return {
    name,
    isPaused: monitor.active === false || monitor.active === 0,
    alias: { product: "uptime-kuma", key: pushToken },
    path: `/api/push/${pushToken}`,
    check: checkFor(name, name, {
      schedule: { kind: "interval", everySeconds: Math.max(MINUTE, interval) },
      graceSeconds: retries,
      tags: tagsFrom((tags ?? []).map((tag) => (tag.value === "" ? tag.name : `${tag.name}:${tag.value}`))),
      ...(description !== "" && { description }),
    }),
    problems: [
      ...(monitor.upsideDown === true || monitor.upsideDown === 1
        ? ["it is upside down there, which is not carried over: a ping is a success here."]
        : []),
      ...(interval < MINUTE ? [`its interval of ${interval} s became a minute, the shortest one here.`] : []),
    ],
  };
}

const Snitch = z.looseObject({
  token: z.string(),
  name: z.string(),
  status: Text,
  notes: Text,
  tags: Texts,
  alert_type: Text,
  type: z.looseObject({ interval: z.string() }).optional(),
  interval: z.union([z.string(), z.looseObject({})]).optional(),
});

const SNITCH_SECONDS: Readonly<Record<string, number>> = {
  hourly: HOUR,
  daily: DAY,
  weekly: 7 * DAY,
  monthly: 31 * DAY,
};
/** It alerts at the end of a period of the calendar, up to nearly two periods after the last check-in. */
const SNITCH_GRACE = 0.25;

/** Reads the answer of `GET /v1/snitches`. */
export const readSnitches: Reader = (given) => z.array(Snitch).safeParse(given).data?.map(readSnitch) ?? null;

function readSnitch({
  token,
  name,
  status,
  notes,
  tags,
  type,
  interval,
  alert_type: alertType,
}: z.infer<typeof Snitch>): Imported {
  const word = type?.interval ?? (typeof interval === "string" ? interval : "");
  const minutes = /^(\d+)_minute$/.exec(word)?.[1];
  const every = minutes === undefined ? SNITCH_SECONDS[word] : Number(minutes) * MINUTE;
  if (every === undefined)
    return leftOut(name, `its interval, “${word}”, is unknown: make its check by hand.`);
  return {
    name,
    isPaused: status === "paused",
    alias: { product: "dead-mans-snitch", key: token },
    path: `/ping/${token}`,
    check: checkFor(name, name, {
      schedule: { kind: "interval", everySeconds: every },
      graceSeconds: every * SNITCH_GRACE,
      tags: tagsFrom(tags),
      ...(notes !== "" && { description: notes }),
    }),
    problems:
      alertType === "smart"
        ? [
            "its smart alerts are not carried over: the check's own page proposes a schedule from six runs on.",
          ]
        : [],
  };
}

const Heartbeat = z.looseObject({
  attributes: z.looseObject({
    name: z.string(),
    url: z.string(),
    period: z.number(),
    grace: z.number(),
    status: Text,
    paused_at: Text,
    maintenance_from: Text,
    policy_id: z.union([z.string(), z.number()]).nullish(),
  }),
});

/** Reads the answer of `GET /api/v2/heartbeats`. */
export const readBetterStack: Reader = (given) =>
  z
    .object({ data: z.array(Heartbeat) })
    .safeParse(given)
    .data?.data.map(({ attributes }) => readHeartbeat(attributes)) ?? null;

function readHeartbeat(heartbeat: z.infer<typeof Heartbeat>["attributes"]): Imported {
  const {
    name,
    url,
    period,
    grace,
    status,
    paused_at: pausedAt,
    maintenance_from: maintenance,
    policy_id: policy,
  } = heartbeat;
  const token = /\/heartbeat\/([^/?#]+)/.exec(url)?.[1] ?? "";
  if (token === "") return leftOut(name, "its URL has no token: make its check by hand.");
  return {
    name,
    isPaused: pausedAt !== "" || status === "paused",
    alias: { product: "better-stack", key: token },
    path: `/api/v1/heartbeat/${token}`,
    check: checkFor(name, name, {
      schedule: { kind: "interval", everySeconds: Math.max(MINUTE, period) },
      graceSeconds: grace,
      tags: [],
    }),
    problems: [
      ...(maintenance === ""
        ? []
        : ["its maintenance window is not carried over: make one under Maintenance."]),
      ...(typeof policy === "string" || typeof policy === "number"
        ? ["its escalation policy is not carried over: make an alert route."]
        : []),
      ...(period < MINUTE ? [`its period of ${period} s became a minute, the shortest one here.`] : []),
    ],
  };
}
