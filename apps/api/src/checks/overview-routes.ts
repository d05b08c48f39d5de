import {
  checkName,
  DISPLAY_STATUSES,
  displayStatus,
  nextExpectedAt,
  encodeMarks,
  maintenanceAt,
  medianOf,
  type MetricLimit,
  SEVERITIES,
  splitTags,
  stripMarks,
  stripSvg,
  stripText,
} from "@overdue/core";
import {
  type CheckOverview,
  findCheckByBadgeUuid,
  listOverviews,
  loadNewestSlots,
  toCheck,
} from "@overdue/db";
import { type Instant, storedText } from "@overdue/schedules";
import { z } from "zod";

import { Reason } from "../history/views.ts";
import { READ_OVERVIEW } from "../http/access.ts";
import { canSeeDetails } from "../http/context.ts";
import { ApiError } from "../http/problem.ts";
import { REVALIDATED } from "../http/responses.ts";
import { createRouter, json, route } from "../http/route.ts";
import { InProject, iso, isoOrNull, pageSchema, Timestamp } from "../http/schemas.ts";
import { lastHeardAt } from "./check-view.ts";

const STRIP_SLOTS = 30;
const IDS_MAX = 100;
// Reading the slots takes most of the time, and of so many checks a page shows only some at once.
const CHECKS_WITH_STRIPS_MAX = 300;

/** Empty fields are left out, so that a list of a thousand checks stays small. */
const OverviewView = z
  .object({
    id: z.uuid(),
    name: z.string(),
    slug: z.string().optional(),
    description: z.string().optional().meta({ description: "Its first 200 characters." }),
    tags: z.array(z.string()),
    severity: z.enum(SEVERITIES),
    scheduleText: z.string(),
    status: z.enum(DISPLAY_STATUSES),
    runningSince: Timestamp.optional().meta({ description: "When its oldest open run began." }),
    lastHeardAt: Timestamp.optional().meta({ description: "The last ping of any kind." }),
    expectedAt: Timestamp.optional(),
    deadlineAt: Timestamp.optional(),
    jitterSeconds: z.int().optional(),
    usualMs: z.int().optional().meta({ description: "How long its good runs usually take." }),
    metric: z.object({ name: z.string(), value: z.number(), isGood: z.boolean() }).optional().meta({
      description:
        "What its newest run reported of the metric of its first limit, and whether that is within.",
    }),
    host: z.string().optional().meta({
      description: "The address from which its newest run came; left out for keys that only read.",
    }),
    channels: z
      .int()
      .meta({ description: "How many channels are set on the check itself, beside those of alert routes." }),
    maintenanceUntil: Timestamp.optional(),
    incident: z
      .object({
        id: z.uuid(),
        reason: Reason,
        openedAt: Timestamp,
        exitStatus: z.int().optional(),
        acknowledged: z.literal(true).optional(),
        snoozedUntil: z.union([Timestamp, z.literal("recovery")]).optional(),
        stormId: z.uuid().optional(),
      })
      .optional()
      .meta({ description: "The open incident." }),
    strip: z
      .string()
      .optional()
      .meta({
        description: `The heartbeat strip of the last ${STRIP_SLOTS} slots, oldest first: a letter (o on time, l late, f failed, m missed, v overlong, r running, x excluded, p paused) and a height from 1 to 8 for each; 4 is the usual duration. Left out where all checks of a project with more than ${CHECKS_WITH_STRIPS_MAX} are listed, but for those that are down: ask for it by \`id\`.`,
      }),
  })
  .meta({ id: "CheckOverview" });
type OverviewView = z.infer<typeof OverviewView>;

export const overviewRoutes = createRouter().openapi(
  route(READ_OVERVIEW, {
    method: "get",
    path: "/v1/projects/{projectId}/check-overviews",
    summary: "List checks as a page shows them",
    description: "All checks of a project in one response, with their last slots and their open incident.",
    tags: ["Checks"],
    request: {
      params: InProject,
      query: z.object({
        id: z
          .union([z.uuid(), z.array(z.uuid()).max(IDS_MAX)])
          .optional()
          .meta({ description: `Only this check; repeat it for several, at most ${IDS_MAX}.` }),
      }),
    },
    responses: { 200: json(pageSchema(OverviewView), "Checks, oldest first, in one page.") },
  }),
  async (c) => {
    const { id } = c.req.valid("query");
    const { now } = c.var.deps;
    const filter = { ...c.req.valid("param"), ids: id === undefined ? null : [id].flat() };
    const overviews = await listOverviews(c.var.deps.longReads, filter, {
      each: STRIP_SLOTS,
      checksMax: CHECKS_WITH_STRIPS_MAX,
    });
    const at = now();
    c.header("cache-control", REVALIDATED);
    return c.json(
      {
        items: overviews.map((overview) =>
          overviewView(overview, { now: at, canSeeHosts: canSeeDetails(c.var) }),
        ),
        next: null,
      },
      200,
    );
  },
);

/** A check as the list shows it at `now`. */
function overviewView(
  { row, channels, incident, host, metrics, slots }: CheckOverview,
  { now, canSeeHosts }: { now: Instant; canSeeHosts: boolean },
): OverviewView {
  const { status } = row;
  const runningSince = row.memory.openRuns[0]?.startedAt ?? null;
  return {
    id: row.id,
    name: checkName(row),
    tags: splitTags(row.tags),
    severity: row.severity,
    scheduleText: storedText(row.schedule),
    status: displayStatus(toCheck(row), now),
    channels,
    ...(canSeeHosts && host !== null && { host }),
    ...(slots !== null && {
      strip: encodeMarks(stripMarks(slots, { status, isRunning: runningSince !== null })),
    }),
    ...metricField(row.metricLimits[0], metrics),
    ...textFields(row),
    ...timeFields(row, now),
    ...(runningSince !== null && { runningSince: iso(runningSince) }),
    ...(incident !== null && { incident: incidentView(incident) }),
  };
}

function metricField(
  limit: MetricLimit | undefined,
  metrics: CheckOverview["metrics"],
): Pick<OverviewView, "metric"> {
  const value = limit === undefined ? undefined : metrics?.[limit.metric];
  if (limit === undefined || typeof value !== "number") return {};
  const isGood = value >= (limit.min ?? -Infinity) && value <= (limit.max ?? Infinity);
  return { metric: { name: limit.metric, value, isGood } };
}

const DESCRIPTION_CHARS_MAX = 200;

function textFields({ name, slug, description }: CheckOverview["row"]) {
  return {
    ...(slug !== "" && slug !== name && { slug }),
    ...(description !== "" && { description: description.slice(0, DESCRIPTION_CHARS_MAX) }),
  };
}

function timeFields(row: CheckOverview["row"], now: Instant): Partial<OverviewView> {
  const maintenance = row.maintenance === null ? null : maintenanceAt(row.maintenance, now);
  const heardAt = lastHeardAt(row);
  const usualMs = usualDuration(row.memory.durations);
  const expectedAt = nextExpectedAt(toCheck(row));
  return {
    ...(heardAt !== null && { lastHeardAt: iso(heardAt) }),
    ...(expectedAt !== null && { expectedAt: iso(expectedAt) }),
    ...(row.deadlineAt !== null && { deadlineAt: iso(row.deadlineAt) }),
    ...(row.jitterSeconds > 0 && { jitterSeconds: row.jitterSeconds }),
    ...(usualMs !== null && { usualMs }),
    ...(maintenance !== null && { maintenanceUntil: iso(maintenance.until) }),
  };
}

/** The median of the last good runs, in milliseconds; null if there are fewer than five. */
function usualDuration(durations: readonly number[]): number | null {
  return durations.length < 5 ? null : Math.round(medianOf(durations) ?? 0);
}

function incidentView(incident: NonNullable<CheckOverview["incident"]>): OverviewView["incident"] {
  const { id, reason, openedAt, exitStatus, isAcknowledged, snoozedUntil, stormId } = incident;
  const snoozed = snoozedUntil === Infinity ? ("recovery" as const) : isoOrNull(snoozedUntil);
  return {
    id,
    reason,
    openedAt: iso(openedAt),
    ...(exitStatus !== null && { exitStatus }),
    ...(isAcknowledged && { acknowledged: true as const }),
    ...(snoozed !== null && { snoozedUntil: snoozed }),
    ...(stormId !== null && { stormId }),
  };
}

const SIZE = { height: 24, pitch: 6 };
// Other people's pages may show the picture; a minute old is new enough for days of history.
const PICTURE_HEADERS = {
  "content-type": "image/svg+xml",
  "cache-control": "max-age=60",
  "cross-origin-resource-policy": "cross-origin",
};

/** The heartbeat strip of a check as a picture, with the same id in its URL as the check's badge. */
export const stripImageRoutes = createRouter().openapi(
  route(
    { auth: "public" },
    {
      method: "get",
      path: "/b/strip/{file}",
      summary: "Heartbeat strip of one check as a picture",
      tags: ["Checks"],
      request: { params: z.object({ file: z.string().max(60) }) },
      responses: {
        200: { description: "An SVG picture.", content: { "image/svg+xml": { schema: z.string() } } },
      },
    },
  ),
  async (c) => {
    const [, badgeUuid = ""] = /^(.+)\.svg$/.exec(c.req.valid("param").file) ?? [];
    const { db } = c.var.deps;
    const row = z.uuid().safeParse(badgeUuid).success ? await findCheckByBadgeUuid(db, badgeUuid) : null;
    if (row === null) throw ApiError.notFound("check");
    const slots = await loadNewestSlots(
      c.var.deps.pool,
      { projectId: row.projectId, ids: [row.id] },
      STRIP_SLOTS,
    );
    const isRunning = row.memory.openRuns.length > 0;
    const marks = stripMarks(slots.get(row.id) ?? [], { status: row.status, isRunning });
    return c.body(
      stripSvg(marks, { ...SIZE, title: `${checkName(row)}: ${stripText(marks)}` }),
      200,
      PICTURE_HEADERS,
    );
  },
);
