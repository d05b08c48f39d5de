import { CheckSettingsInput, examineSchedule, type Finding } from "@overdue/core";
import { findCheck, listNotices, seenRuns, settingsOf } from "@overdue/db";
import { z } from "zod";

import { READ } from "../http/access.ts";
import { only } from "../http/only.ts";
import { PageQuery, pageFrom, pageOf } from "../http/page.ts";
import { OfCheck } from "../http/params.ts";
import { ApiError } from "../http/problem.ts";
import { createRouter, json, route } from "../http/route.ts";
import { iso, Timestamp } from "../http/time.ts";
import { evidenceView, existing, position } from "./reading.ts";
import { NoticeView } from "./views.ts";

const FindingView = z
  .object({
    kind: z.enum(["wrong-time-zone", "clock-change", "wrong-period", "late-by-run-time", "several-per-slot"]),
    sentence: z.string(),
    evidence: z.object({
      seen: z.int(),
      agreeing: z.int(),
      offsetMs: z.number().nullable(),
      from: Timestamp,
      until: Timestamp,
    }),
    edit: CheckSettingsInput.partial()
      .nullable()
      .meta({ description: "The edit that would make them agree." }),
  })
  .meta({ id: "Finding" });
const tags = ["History"];

export const noticeRoutes = createRouter()
  .openapi(
    route(READ, {
      method: "get",
      path: "/v1/projects/{projectId}/checks/{checkId}/notices",
      summary: "List notices",
      tags,
      request: { params: OfCheck, query: PageQuery },
      responses: { 200: json(pageOf(NoticeView), "Notices, newest first.") },
    }),
    async (c) => {
      const ref = await existing(c, c.req.valid("param"));
      const { limit, cursor } = c.req.valid("query");
      const rows = await listNotices(c.var.deps.db, ref, { limit: limit + 1, after: position(cursor) });
      const page = pageFrom(rows, limit, (last) => [iso(last.at), last.id]);
      const items = page.items.map((row) =>
        only(NoticeView, { ...row, at: iso(row.at), evidence: evidenceView(row.evidence) }),
      );
      return c.json({ ...page, items }, 200);
    },
  )
  .openapi(
    route(READ, {
      method: "get",
      path: "/v1/projects/{projectId}/checks/{checkId}/findings",
      summary: "Compare a check's runs with its schedule",
      description: "How they disagree, where that has a name, with the edit that would make them agree.",
      tags,
      request: { params: OfCheck },
      responses: {
        200: json(pageOf(FindingView), "Findings; none where all agrees or too little was seen."),
      },
    }),
    async (c) => {
      const ref = c.req.valid("param");
      const { db } = c.var.deps;
      const row = await findCheck(db, ref);
      if (row === null) throw ApiError.notFound("check");
      const findings = examineSchedule(settingsOf(row), await seenRuns(db, ref));
      return c.json({ items: findings.map(findingView), next: null }, 200);
    },
  );

function findingView({ evidence, ...finding }: Finding) {
  const { from, until } = evidence;
  return {
    ...finding,
    evidence: { ...evidence, from: new Date(from).toISOString(), until: new Date(until).toISOString() },
  };
}
