import { instantIn } from "@overdue/channels";
import { DISPLAY_STATUSES, durationText, type DisplayStatus } from "@overdue/core";
import { ScheduleReadingInput } from "@overdue/schedules";
import { z } from "zod";

import { CheckNamed, findCheck, type FoundCheck, type Overview, readOverviews } from "./find-check.ts";
import { parseResponse, type Session } from "./session.ts";
import { asData, countText, defineTool, quoteName } from "./tool.ts";

const ROWS_MAX = 50;
const DESCRIPTION_CHARS_MAX = 2_000;
/** How many rows an answer may have. */
export const Limit = z.int().min(1, `Use 1 to ${ROWS_MAX}.`).max(ROWS_MAX, `Use 1 to ${ROWS_MAX}.`);
/** What somebody who asks wants to see first. */
const WORST_FIRST: readonly DisplayStatus[] = ["down", "grace", "new", "paused", "up"];

const Row = z.object({
  id: z.string(),
  name: z.string(),
  slug: z.string().optional(),
  status: z.enum(DISPLAY_STATUSES),
  schedule: z.string(),
  tags: z.array(z.string()),
  runningSince: z.string().optional(),
  lastHeardAt: z.string().optional(),
  expectedAt: z.string().optional(),
  incidentId: z.string().optional(),
  reason: z.string().optional(),
  downSince: z.string().optional(),
  acknowledged: z.boolean().optional(),
  snoozedUntil: z.string().optional(),
});

export const listChecks = defineTool({
  name: "list_checks",
  title: "List checks",
  description:
    "Lists the monitored jobs of the project, those that are down first, with status, schedule, last ping and open incident. Says how many there are of each status. Narrow it by status, tag or text.",
  effect: "reads",
  input: z.object({
    status: z.enum(DISPLAY_STATUSES).optional().meta({ description: "grace: late, but not yet down." }),
    tag: z.string().max(100).optional(),
    text: z.string().max(100).optional().meta({ description: "A part of the name or slug." }),
    limit: Limit.default(20),
    cursor: z
      .string()
      .regex(/^\d{1,6}$/, "Use `next` of the page before.")
      .optional()
      .meta({ description: "`next` of the page before." }),
  }),
  output: z.object({
    project: z.string(),
    total: z.int(),
    matching: z.int(),
    byStatus: z.record(z.string(), z.int()),
    items: z.array(Row),
    left: z.int().meta({ description: "How many matching checks follow." }),
    next: z.string().nullable(),
  }),
  run: async ({ status, tag, text, limit, cursor }, session) => {
    const [{ items: all }, { name }] = await Promise.all([readOverviews(session), session.project()]);
    const part = text?.toLowerCase() ?? "";
    const matching = all.filter(
      (check) =>
        (status === undefined || check.status === status) &&
        (tag === undefined || check.tags.includes(tag)) &&
        (check.name.toLowerCase().includes(part) || (check.slug ?? "").includes(part)),
    );
    const sorted = WORST_FIRST.flatMap((wanted) => matching.filter((check) => check.status === wanted));
    const from = Number(cursor ?? 0);
    const shown = sorted.slice(from, from + limit);
    const left = Math.max(0, sorted.length - from - shown.length);
    return {
      project: name,
      total: all.length,
      matching: sorted.length,
      byStatus: Object.fromEntries(
        WORST_FIRST.map((one) => [one, all.filter((check) => check.status === one).length]),
      ),
      items: shown.map(rowOf),
      left,
      next: left === 0 ? null : String(from + shown.length),
    };
  },
  say: async ({ project, total, matching, byStatus, items, left, next }, session) => {
    const { timezone } = await session.project();
    const counts = Object.entries(byStatus).flatMap(([status, count]) =>
      count === 0 ? [] : [`${count.toLocaleString("en")} ${statusWord(status)}`],
    );
    const more =
      next === null
        ? ""
        : ` ${left.toLocaleString("en")} more follow: pass cursor "${next}", or narrow it by status, tag or text.`;
    return [
      `${countText(total, "check")} in the project ${quoteName(project)}${total === 0 ? "" : `: ${counts.join(", ")}`}. ${matching === total ? "" : `${countText(matching, "check")} match. `}Shown: ${items.length}.${more}`,
      ...items.map((row) => `- ${rowText(row, timezone)}`),
    ].join("\n");
  },
});

/** A status in a sentence. */
export function statusWord(status: string): string {
  return { new: "never pinged", grace: "late" }[status] ?? status;
}

function rowOf(check: Overview): z.input<typeof Row> {
  const { id, name, slug, status, scheduleText, tags, runningSince, lastHeardAt, expectedAt, incident } =
    check;
  return {
    id,
    name,
    status,
    schedule: scheduleText,
    tags,
    ...(slug !== undefined && { slug }),
    ...(runningSince !== undefined && { runningSince }),
    ...(lastHeardAt !== undefined && { lastHeardAt }),
    ...(expectedAt !== undefined && { expectedAt }),
    ...(incident !== undefined && {
      incidentId: incident.id,
      reason: incident.reason,
      downSince: incident.openedAt,
      acknowledged: incident.acknowledged ?? false,
      ...(incident.snoozedUntil !== undefined && { snoozedUntil: incident.snoozedUntil }),
    }),
  };
}

function rowText(row: z.output<typeof Row>, timezone: string): string {
  const { name, id, status, schedule, reason, downSince, acknowledged, lastHeardAt, expectedAt } = row;
  const when = (at: string) => instantIn(Date.parse(at), timezone);
  const parts = [
    reason === undefined || downSince === undefined
      ? statusWord(status)
      : `${status} since ${when(downSince)}: ${reason}`,
    acknowledged === true && "acknowledged",
    schedule,
    lastHeardAt !== undefined && `last ping ${when(lastHeardAt)}`,
    expectedAt !== undefined && `expected ${when(expectedAt)}`,
    id,
  ];
  return `${quoteName(name)}: ${parts.filter((part) => part !== false).join("; ")}`;
}

const Occurrence = z.object({ at: z.string(), local: z.string() });
const Meaning = z.object({
  text: z.string(),
  next: z.array(Occurrence),
  clockChanges: z.array(z.string()),
  warnings: z.array(z.string()),
});

export const explainSchedule = defineTool({
  name: "explain_schedule",
  title: "Explain a schedule",
  description:
    "Says in plain English when a job with this schedule runs: the next five times, clock changes, and what is odd about the line. Takes a cron line as its scheduler reads it, a systemd OnCalendar line, or an interval. Nothing is stored.",
  effect: "reads",
  input: z.object({}),
  passed: { schedule: ScheduleReadingInput },
  output: Meaning,
  run: async ({ passed }, session) => await meaningOf(session, passed["schedule"]),
  say: meaningText,
});

async function meaningOf({ api }: Session, schedule: unknown) {
  // The API checks what was sent.
  const sent = { schedule } as Parameters<typeof api.schedules.explain.$post>[0]["json"];
  const { text, next, changes, lints } = await parseResponse(api.schedules.explain.$post({ json: sent }));
  return {
    text,
    next,
    clockChanges: changes.map((change) => `${change.text}: ${change.effect}`),
    warnings: lints.map(({ message }) => message),
  };
}

function meaningText({ text, next, clockChanges, warnings }: z.output<typeof Meaning>): string {
  return [
    `${text}.`,
    next.length === 0
      ? "It never runs."
      : `Next: ${next.map(({ local, at }) => `${local} (${at})`).join(", ")}.`,
    ...warnings.map((warning) => `Note: ${warning}`),
    ...clockChanges,
  ].join("\n");
}

const PingAddress = z.object({ pingUrl: z.string().nullable(), slugPingUrl: z.string().nullable() });

export const CheckAnswer = z.object({
  id: z.string(),
  name: z.string(),
  slug: z.string(),
  status: z.enum(DISPLAY_STATUSES),
  url: z.string().meta({ description: "Its page in the app." }),
  tags: z.array(z.string()),
  description: z.string(),
  schedule: Meaning,
  settings: z.record(z.string(), z.unknown()).meta({ description: "As edit_check takes them." }),
  running: z.boolean(),
  pings: z.int(),
  lastPingAt: z.string().nullable(),
  lastSuccessAt: z.string().nullable(),
  lastDurationMs: z.number().nullable(),
  expectedAt: z.string().nullable(),
  deadlineAt: z.string().nullable(),
  maintenanceUntil: z.string().nullable(),
  channels: z.int(),
  managedBy: z.string().nullable(),
  version: z.int(),
  ...PingAddress.partial().shape,
});

export const explainCheck = defineTool({
  name: "explain_check",
  title: "Explain a check",
  description:
    "Everything about one check: what its schedule means and when it runs next, grace and limits, its state, its last success, and its settings with the version that edit_check takes. For why it is down use why_is_check_down.",
  effect: "reads",
  input: z.object({ check: CheckNamed }),
  output: CheckAnswer,
  run: async ({ check }, session) => await checkAnswer(session, await findCheck(session, check)),
  say: checkText,
});

/** The ping URL is a secret: only who is offered tools that make checks sees it. */
export async function checkAnswer(session: Session, check: FoundCheck): Promise<z.input<typeof CheckAnswer>> {
  const { id, name, slug, status, tags, description, channelIds, maintenance } = check;
  return {
    id,
    name,
    slug,
    status,
    tags,
    description,
    url: `${session.appUrl}/checks/${id}`,
    schedule: await meaningOf(session, check.schedule),
    settings: settingsOf(check),
    running: check.started,
    pings: check.pingCount,
    lastPingAt: check.lastPingAt,
    lastSuccessAt: check.lastSuccessAt,
    lastDurationMs: check.lastDurationMs,
    expectedAt: check.expectedAt,
    deadlineAt: check.deadlineAt,
    maintenanceUntil: maintenance?.until ?? null,
    channels: channelIds.length,
    managedBy: check.managedBy,
    version: check.version,
    ...(session.toolAccess === "write" && { pingUrl: check.pingUrl, slugPingUrl: check.slugPingUrl }),
  };
}

function settingsOf(check: FoundCheck): Record<string, unknown> {
  const { schedule, graceSeconds, maxRuntimeSeconds, minRuntimeSeconds, earlyMarginSeconds, jitterSeconds } =
    check;
  const { overlap, hostDuplicates, outlierRuns, tooOften, tolerance, recoverAfter, severity, manualResume } =
    check;
  const times = { graceSeconds, maxRuntimeSeconds, minRuntimeSeconds, earlyMarginSeconds, jitterSeconds };
  const { alertBeforeFirstPing, progressExtends, dependsOn } = check;
  const rules = { overlap, hostDuplicates, outlierRuns, tooOften, tolerance, recoverAfter, manualResume };
  return { schedule, ...times, ...rules, alertBeforeFirstPing, progressExtends, dependsOn, severity };
}

export async function checkText(answer: z.output<typeof CheckAnswer>, session: Session): Promise<string> {
  const { timezone } = await session.project();
  const when = (at: string | null) => (at === null ? "never" : instantIn(Date.parse(at), timezone));
  const { graceSeconds, maxRuntimeSeconds } = answer.settings as {
    graceSeconds: number;
    maxRuntimeSeconds: number | null;
  };
  const limit =
    maxRuntimeSeconds === null ? "" : `, and a run may take ${durationText(maxRuntimeSeconds * 1_000)}`;
  return [
    `${quoteName(answer.name)} (${answer.id}) is ${statusWord(answer.status)}${answer.running ? ", and a run is open" : ""}.`,
    meaningText(answer.schedule),
    `A ping may be ${durationText(graceSeconds * 1_000)} late${limit}.`,
    `Last ping: ${when(answer.lastPingAt)}. Last success: ${when(answer.lastSuccessAt)}.${answer.expectedAt === null ? "" : ` Next expected: ${when(answer.expectedAt)}.`}${answer.deadlineAt === null ? "" : ` Without a ping it is down at ${when(answer.deadlineAt)}.`}`,
    ...(answer.maintenanceUntil === null ? [] : [`In maintenance until ${when(answer.maintenanceUntil)}.`]),
    `Channels of its own: ${answer.channels}. Tags: ${answer.tags.join(", ") || "none"}. Version: ${answer.version}.`,
    ...(answer.managedBy === null
      ? []
      : ["A configuration file owns it, and overwrites changes when it is applied again."]),
    ...(typeof answer.pingUrl === "string" ? [`Ping URL (a secret): ${answer.pingUrl}`] : []),
    answer.url,
    ...(answer.description === ""
      ? []
      : [asData("Its description", answer.description.slice(0, DESCRIPTION_CHARS_MAX))]),
  ].join("\n");
}
