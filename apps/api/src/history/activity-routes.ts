import { buildActivity, checkName, displayStatus, splitTags, upcomingSlots, worstKind } from "@overdue/core";
import { type CheckActivity, checkSettings, loadActivity, outagesWithin, toCheck } from "@overdue/db";
import { DAY_MS, type Instant, isReadable, MINUTE_MS, nextAfter, storedText } from "@overdue/schedules";
import { z } from "zod";

import { READ } from "../http/access.ts";
import { ApiError } from "../http/problem.ts";
import { REVALIDATED } from "../http/responses.ts";
import { createRouter, json, route } from "../http/route.ts";
import { InstantInput, InProject, iso, isoOrNull, readCursor, Timestamp, toPage } from "../http/schemas.ts";

const DAYS_MAX = 32;
const CHECKS_MAX = 200;
/** A screen can show this many upcoming times of each check one by one. */
const UPCOMING_MAX = 60;
/** The number of parts of a span for which slots are counted. */
const PARTS_MAX = 240;

const SlotKind = z.enum(["on-time", "late", "failed", "missed", "overlong", "running", "excluded", "paused"]);
const RunKind = z.enum([...SlotKind.options, "lost"]);
/** Milliseconds after `from`. */
const Offset = z.int();

const CheckActivityView = z
  .object({
    id: z.uuid(),
    name: z.string(),
    tags: z.array(z.string()),
    scheduleText: z.string(),
    status: z.enum(["new", "up", "grace", "down", "paused"]),
    slots: z.array(z.tuple([Offset, SlotKind, z.number().nullable()])).meta({
      description:
        "Expected occurrences: when each was due, its outcome, and by how many milliseconds it was late (below 0: early; null: nothing came).",
    }),
    runs: z.array(z.tuple([Offset.nullable(), Offset.nullable(), RunKind, z.int().nullable()])).meta({
      description:
        "When each run began (null: only its end was received) and ended (null: it is still running, or its end never came), its outcome, and its exit status.",
    }),
    parts: z
      .array(z.tuple([z.int(), SlotKind, z.int(), z.int(), z.int()]))
      .optional()
      .meta({
        description:
          "In place of `slots` and `runs` if there are more than 300 of either. For each part of the span in which something was due: its number (from 0), its worst slot, how many slots there were, how many failed, and how many were missed.",
      }),
    upcoming: z.array(Offset).meta({
      description: `When it is expected from now on, at most ${UPCOMING_MAX} times.`,
    }),
    upcomingCut: z.literal(true).optional().meta({ description: "It is expected more often than listed." }),
  })
  .meta({ id: "CheckActivity" });
type CheckActivityView = z.infer<typeof CheckActivityView>;

const ActivityView = z
  .object({
    from: Timestamp,
    until: Timestamp,
    partMs: z.int().meta({ description: "The length of a part of the span, in milliseconds." }),
    outages: z
      .array(z.object({ startedAt: Timestamp, endedAt: Timestamp.nullable() }))
      .meta({ description: "When Overdue itself could not receive pings." }),
    items: z.array(CheckActivityView),
    next: z.string().nullable(),
  })
  .meta({ id: "Activity" });

const Query = z.object({
  from: InstantInput.meta({ description: "The beginning of the span." }),
  until: InstantInput.meta({
    description: `Its end, at most ${DAYS_MAX} days later; it may lie in the future.`,
  }),
  limit: z.coerce.number().int().min(1).max(CHECKS_MAX).default(100),
  cursor: z.string().max(200).optional().meta({ description: "`next` of the page before." }),
});

type Span = { from: Instant; until: Instant; partMs: number };

export const activityRoutes = createRouter().openapi(
  route(READ, {
    method: "get",
    path: "/v1/projects/{projectId}/activity",
    summary: "Read what every check did in a span of time",
    description:
      "Slots, runs, outages and upcoming times of all checks of a project, page by page. All times of a check are milliseconds after `from`.",
    tags: ["History"],
    request: { params: InProject, query: Query },
    responses: { 200: json(ActivityView, "Checks, oldest first.") },
  }),
  async (c) => {
    const { limit, cursor, ...query } = c.req.valid("query");
    const span = spanOf(query);
    const { longReads, now } = c.var.deps;
    const page = { ...c.req.valid("param"), after: readCursor(cursor, z.uuid()), limit: limit + 1 };
    const [found, outages] = await Promise.all([
      loadActivity(longReads, page, span),
      outagesWithin(longReads.pool, span),
    ]);
    const { items, next } = toPage(found, limit, ({ row }) => row.id);
    const at = now();
    c.header("cache-control", REVALIDATED);
    return c.json(
      {
        from: iso(span.from),
        until: iso(span.until),
        partMs: span.partMs,
        outages: outages.map((one) => ({ startedAt: iso(one.startedAt), endedAt: isoOrNull(one.endedAt) })),
        items: items.map((one) => activityView(one, span, at)),
        next,
      },
      200,
    );
  },
);

function spanOf(query: { from: string; until: string }): Span {
  const [from, until] = [Date.parse(query.from), Date.parse(query.until)];
  if (until - from < MINUTE_MS)
    throw ApiError.invalid("until", "Take an end at least a minute after the beginning.");
  if (until - from > DAYS_MAX * DAY_MS)
    throw ApiError.invalid("until", `Take a span of at most ${DAYS_MAX} days.`);
  return { from, until, partMs: Math.ceil((until - from) / PARTS_MAX) };
}

/** A check with what it did in the span, and with its upcoming times as they are known at `now`. */
function activityView(found: CheckActivity, span: Span, now: Instant): CheckActivityView {
  const { row } = found;
  const { schedule } = checkSettings(row);
  const upcoming = isReadable(schedule)
    ? upcomingSlots({ schedule, expectedAt: expectedAt(row, now) }, span, { now, limit: UPCOMING_MAX })
    : { times: [], isCut: false };
  return {
    id: row.id,
    name: checkName(row),
    tags: splitTags(row.tags),
    scheduleText: storedText(row.schedule),
    status: displayStatus(toCheck(row), now),
    ...pastView(found, span),
    upcoming: upcoming.times.map((at) => at - span.from),
    ...(upcoming.isCut && { upcomingCut: true as const }),
  };
}

/** When a check is expected next. A check that is down has no stored time, but its job is still due by its schedule. */
function expectedAt(
  { status, expectedAt: stored, schedule }: CheckActivity["row"],
  now: Instant,
): Instant | null {
  if (status === "paused") return null;
  if (stored !== null) return stored.getTime();
  return status === "down" && schedule.kind !== "interval" ? nextAfter(schedule, now) : null;
}

function pastView(
  found: CheckActivity,
  { from, until }: Span,
): Pick<CheckActivityView, "slots" | "runs" | "parts"> {
  if (found.kind === "summed")
    return {
      slots: [],
      runs: [],
      parts: found.parts.flatMap(({ index, ...counts }) => {
        const kind = worstKind(counts);
        const { onTime, late, failed, missed, excluded } = counts;
        return kind === null
          ? []
          : [[index, kind, onTime + late + failed + missed + excluded, failed, missed]];
      }),
    };
  const open = found.row.memory.openRuns;
  const { slots, runs } = buildActivity(found.slots, found.runs, { open, until });
  const offset = (at: Instant | null) => (at === null ? null : Math.round(at - from));
  return {
    slots: slots.map(({ dueAt, kind, lateMs }) => [Math.round(dueAt - from), kind, lateMs]),
    runs: runs.map((run) => [offset(run.startedAt), offset(run.endedAt), run.kind, run.exitStatus]),
  };
}
