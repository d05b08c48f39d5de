import { declarationOf } from "@overdue/core/dialects";
import { z } from "zod";

import { readDuration } from "../duration.ts";
import {
  checkFor,
  DAY,
  HOUR,
  type Imported,
  leftOut,
  MINUTE,
  type Reader,
  tagsFrom,
  Text,
  Texts,
} from "./imported.ts";

// Products whose clients name the monitor, so that its slug is its key here as well.

const Monitor = z.looseObject({
  slug: z.string(),
  name: Text,
  status: Text,
  isMuted: z.boolean().nullish(),
  config: z.looseObject({}),
  project: z.looseObject({ slug: z.string() }).optional(),
  environments: z.array(z.looseObject({ name: z.string() })).nullish(),
});

/** Reads the answer of `GET /api/0/organizations/<org>/monitors/`. */
export const readSentry: Reader = (given) => z.array(Monitor).safeParse(given).data?.map(readMonitor) ?? null;

function readMonitor({
  slug,
  name,
  status,
  isMuted,
  config,
  project,
  environments,
}: z.infer<typeof Monitor>): Imported {
  const shown = name || slug;
  const declared = declarationOf(config, "");
  if (declared === null) return leftOut(shown, "its schedule cannot be read: make its check by hand.");
  const { schedule, maxRuntimeSeconds, ...settings } = declared.settings;
  const others = (environments ?? []).filter((one) => one.name !== "production").map((one) => one.name);
  return {
    name: shown,
    isPaused: status === "disabled" || isMuted === true,
    alias: null,
    path: `/api/1/cron/${slug}/PING_KEY/`,
    check: {
      ...checkFor(shown, slug, {
        schedule: schedule ?? {},
        tags: tagsFrom(project === undefined ? [] : [`project:${project.slug}`]),
      }),
      ...settings,
      ...(typeof maxRuntimeSeconds === "number" && { maxRuntimeSeconds }),
    },
    problems:
      others.length === 0
        ? []
        : [`its environments ${others.join(", ")} become checks of their own with their first check-in.`],
  };
}

const Endpoint = z.looseObject({
  name: z.string(),
  group: Text,
  enabled: z.boolean().nullish(),
  heartbeat: z.looseObject({ interval: z.string() }).nullish(),
  alerts: z.array(z.looseObject({ "failure-threshold": z.number().nullish() })).nullish(),
});
const GatusFile = z.looseObject({
  "external-endpoints": z.array(Endpoint).nullish(),
  endpoints: z.array(z.looseObject({ name: z.string(), group: Text })).nullish(),
});

/** Reads Gatus' configuration file. */
export const readGatus: Reader = (given) => {
  const { data } = GatusFile.safeParse(given);
  if (data === undefined || (data["external-endpoints"] ?? data.endpoints ?? null) === null) return null;
  const polled = (data.endpoints ?? []).map(({ name, group }) =>
    leftOut(
      gatusName(group, name),
      "it is an endpoint that Gatus calls: Overdue waits for jobs to report, and does not call addresses.",
    ),
  );
  return [...(data["external-endpoints"] ?? []).map(readEndpoint), ...polled];
};

function gatusName(group: string, name: string): string {
  return group === "" ? name : `${group}/${name}`;
}

/** Source: config/key/key.go of Gatus. */
function gatusKey(group: string, name: string): string {
  return [group, name]
    .map((word) =>
      word
        .toLowerCase()
        .trim()
        .replaceAll(/[/_., #+&]/g, "-"),
    )
    .join("_");
}

function readEndpoint({ name, group, enabled, heartbeat, alerts }: z.infer<typeof Endpoint>): Imported {
  const shown = gatusName(group, name);
  if (heartbeat === null || heartbeat === undefined)
    return leftOut(
      shown,
      "it has no heartbeat, so that nothing is due: give it an interval there, or make its check by hand.",
    );
  const everySeconds = Math.round(readDuration(heartbeat.interval, "heartbeat.interval") / 1_000);
  const bad =
    alerts?.find((alert) => typeof alert["failure-threshold"] === "number")?.["failure-threshold"] ?? 3;
  const key = gatusKey(group, name);
  return {
    name: shown,
    isPaused: enabled === false,
    alias: null,
    path: `/api/v1/endpoints/${key}/external`,
    check: checkFor(shown, key, {
      schedule: { kind: "interval", everySeconds: Math.max(MINUTE, everySeconds) },
      // Its ticker finds a missing result up to one interval late.
      graceSeconds: Math.min(HOUR, everySeconds),
      tags: tagsFrom(group === "" ? [] : [group]),
      ...((alerts ?? []).length > 0 &&
        bad > 1 && { tolerance: { kind: "in-a-row", bad, tolerateMissed: true } }),
    }),
    problems:
      everySeconds < MINUTE
        ? [`its interval of ${everySeconds} s became a minute, the shortest one here.`]
        : [],
  };
}

const Heartbeat = z.looseObject({
  name: z.string(),
  description: Text,
  interval: z.number(),
  intervalUnit: z.enum(["minutes", "hours", "days"]),
  enabled: z.boolean(),
  ownerTeam: z.looseObject({ name: Text }).nullish(),
  alertPriority: Text,
  alertTags: Texts,
});
const OPSGENIE_SECONDS = { minutes: MINUTE, hours: HOUR, days: DAY } as const;
const SEVERITIES: Readonly<Record<string, "info" | "warning" | "critical">> = {
  P1: "critical",
  P2: "critical",
  P4: "info",
  P5: "info",
};

/** Reads the answer of `GET /v2/heartbeats`. */
export const readOpsgenie: Reader = (given) =>
  z
    .object({ data: z.object({ heartbeats: z.array(Heartbeat) }) })
    .safeParse(given)
    .data?.data.heartbeats.map(readHeartbeat) ?? null;

function readHeartbeat(heartbeat: z.infer<typeof Heartbeat>): Imported {
  const { name, description, interval, intervalUnit, enabled, ownerTeam, alertPriority, alertTags } =
    heartbeat;
  const team = ownerTeam?.name ?? "";
  return {
    name,
    isPaused: !enabled,
    alias: null,
    path: `/v2/heartbeats/${encodeURIComponent(name)}/ping`,
    check: checkFor(name, name, {
      schedule: { kind: "interval", everySeconds: interval * OPSGENIE_SECONDS[intervalUnit] },
      graceSeconds: MINUTE,
      tags: tagsFrom([...alertTags, ...(team === "" ? [] : [`team:${team}`])]),
      ...(description !== "" && { description }),
      severity: SEVERITIES[alertPriority] ?? "warning",
    }),
    problems: team === "" ? [] : [`its team ${team} is a tag here: make an alert route for it.`],
  };
}
