import {
  NAMED_SPANS,
  namedSpan,
  slotUptime,
  spanOfDays,
  splitTags,
  summariseReliability,
  type Span,
} from "@overdue/core";
import { findProject, readReliability, type StoredReliability } from "@overdue/db";
import { DAY_MS, TimezoneInput } from "@overdue/schedules";
import { z } from "zod";

import { csv } from "../history/history-routes.ts";
import { READ } from "../http/access.ts";
import type { AppContext } from "../http/context.ts";
import { ApiError } from "../http/problem.ts";
import { createRouter, route } from "../http/route.ts";
import { InProject, iso, Timestamp } from "../http/schemas.ts";

const DAYS_MAX = 370;

const Query = z.object({
  span: z
    .enum(NAMED_SPANS)
    .default("30d")
    .meta({ description: "A span up to now, or a month; not read where `from` and `until` are given." }),
  from: z.iso.date().optional().meta({ description: "The first day of a span of your own." }),
  until: z.iso.date().optional().meta({ description: "Its last day, which is included." }),
  timezone: TimezoneInput.optional().meta({
    description: "By whose clock days and months begin; without: the project's.",
  }),
  tag: z.string().max(100).optional().meta({ description: "Only the checks with this tag." }),
  format: z.enum(["json", "csv"]).default("json").meta({ description: "csv: a line for each check." }),
});
type Asked = z.output<typeof Query>;

const Count = z.int();
const Mean = z.number().nullable();
const FIGURES = {
  uptime: z.number().min(0).max(1).nullable().meta({
    description:
      "Share of the slots that were met, as on the page of a check; null where none was due. Of several checks: the mean of theirs, so that each counts the same.",
  }),
  onTime: Count,
  late: Count,
  failed: Count,
  missed: Count,
  maintenance: Count.meta({ description: "Not counted: in a maintenance window." }),
  outage: Count.meta({ description: "Not counted: Overdue itself could not receive pings." }),
  downs: Count.meta({ description: "How often it went down: incidents that opened in the span." }),
  acknowledged: Count.meta({ description: "Of those, how many were acknowledged." }),
  acknowledgeMs: Mean.meta({ description: "Mean time from opening to acknowledgement." }),
  recovered: Count.meta({ description: "Of those that went down, how many are up again." }),
  recoverMs: Mean.meta({ description: "Mean time from opening to recovery." }),
  longestMs: Mean.meta({ description: "The longest run that ended in the span." }),
};
const Summary = z.object({ checks: Count, ...FIGURES });

const ReliabilityView = z
  .object({
    from: Timestamp,
    until: Timestamp.meta({ description: "Its end, which is not part of it; now where it runs." }),
    timezone: z.string(),
    all: Summary.meta({ description: "All checks, or those with the tag." }),
    tags: z.array(Summary.extend({ tag: z.string() })).meta({
      description: "For each tag of the project; a check with two tags counts for both.",
    }),
    checks: z.array(
      z.object({
        checkId: z.uuid(),
        name: z.string(),
        tags: z.array(z.string()),
        ...FIGURES,
        runs: Count.meta({ description: "How many runs ended whose duration is known." }),
        meanMs: Mean.meta({ description: "How long they took on average." }),
      }),
    ),
  })
  .meta({ id: "Reliability" });

export const reliabilityRoutes = createRouter().openapi(
  route(READ, {
    method: "get",
    path: "/v1/projects/{projectId}/reliability",
    summary: "Read uptime and times to recover",
    description:
      "Of every check, of every tag and of the project, for any span of at most a year. Slots count by when they were due, runs by when they ended, incidents by when they opened.",
    tags: ["Reports"],
    request: { params: InProject, query: Query },
    responses: {
      200: {
        description: "The figures.",
        content: { "application/json": { schema: ReliabilityView }, "text/csv": { schema: z.string() } },
      },
    },
  }),
  async (c) => {
    const { projectId } = c.req.valid("param");
    const asked = c.req.valid("query");
    const { span, timezone } = await askedSpan(c, projectId, asked);
    const stored = await readReliability(c.var.deps.longReads.db, { projectId, span });
    const checks = stored.filter(
      ({ tags }) => asked.tag === undefined || splitTags(tags).includes(asked.tag),
    );
    if (asked.format === "csv") {
      c.header(
        "content-disposition",
        `attachment; filename="reliability-${iso(span.from).slice(0, 10)}.csv"`,
      );
      return c.text(csv(checks.map(csvRow)), 200, { "content-type": "text/csv; charset=utf-8" });
    }
    return c.json(
      {
        from: iso(span.from),
        until: iso(span.until),
        timezone,
        all: summariseReliability(checks),
        tags: byTag(stored),
        checks: checks.map(checkView),
      },
      200,
    );
  },
);

/** The span that is asked for, up to now at most. @throws 400, 404 */
async function askedSpan(c: AppContext, projectId: string, asked: Asked) {
  const project = await findProject(c.var.deps.db, projectId);
  if (project === null) throw ApiError.notFound("project");
  const now = c.var.deps.now();
  const timezone = asked.timezone ?? project.timezone;
  const span = givenSpan(asked, timezone) ?? namedSpan(asked.span, now, timezone);
  if (span.from >= now) throw ApiError.invalid("from", "Name a day that has begun.");
  return { span: { from: span.from, until: Math.min(span.until, now) }, timezone };
}

function givenSpan({ from, until }: Asked, timezone: string): Span | null {
  if (from === undefined && until === undefined) return null;
  if (from === undefined) throw ApiError.invalid("from", "Name the first day of the span, too.");
  if (until === undefined) throw ApiError.invalid("until", "Name the last day of the span, too.");
  const span = spanOfDays({ from, until }, timezone);
  if (span.until <= span.from) throw ApiError.invalid("until", "The last day lies before the first.");
  if (span.until - span.from > DAYS_MAX * DAY_MS)
    throw ApiError.invalid("until", `Take a span of at most ${DAYS_MAX} days.`);
  return span;
}

function byTag(stored: readonly StoredReliability[]) {
  const tagged = stored.flatMap((check) => splitTags(check.tags).map((tag) => ({ tag, check })));
  return [...Map.groupBy(tagged, ({ tag }) => tag)]
    .map(([tag, group]) => ({ tag, ...summariseReliability(group.map(({ check }) => check)) }))
    .toSorted((a, b) => a.tag.localeCompare(b.tag));
}

function checkView({ tags, ...check }: StoredReliability) {
  return { ...check, tags: splitTags(tags), uptime: slotUptime(check) };
}

function csvRow(check: StoredReliability) {
  const { checkId, name, tags, uptime, ...figures } = checkView(check);
  const snake = Object.entries(figures).map(([key, value]): [string, number | null] => [
    key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    value,
  ]);
  return { check_name: name, check_id: checkId, tags: tags.join(" "), uptime, ...Object.fromEntries(snake) };
}
