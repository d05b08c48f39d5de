import { countSlots, type SlotCounts, sumDays } from "@overdue/db";
import { DAY_MS, TimezoneInput } from "@overdue/schedules";
import { z } from "zod";

import { READ } from "../http/access.ts";
import { createRouter, json, route } from "../http/route.ts";
import { OfCheck } from "../http/schemas.ts";
import { requireCheck } from "./views.ts";

const SPANS = [1, 7, 30, 90];
const DAYS = 90;
const Count = z.int();

const UptimeView = z
  .object({
    spans: z.array(
      z.object({
        days: z.int().meta({ description: "The last 1, 7, 30 and 90 days." }),
        uptime: z.number().nullable().meta({
          description: "Share of the slots that were met, from 0 to 1; null where none was due.",
        }),
        onTime: Count,
        late: Count,
        failed: Count,
        missed: Count,
        maintenance: Count.meta({ description: "Not counted: in a maintenance window." }),
        outage: Count.meta({ description: "Not counted: Overdue itself could not receive pings." }),
      }),
    ),
    days: z.array(
      z.object({
        day: z.iso.date(),
        onTime: Count,
        late: Count,
        failed: Count,
        missed: Count,
        overlong: Count.meta({ description: "Slots whose run took too long, whatever else they were." }),
        excluded: Count,
        meanMs: z.number().nullable().meta({ description: "How long its runs took on average." }),
      }),
    ),
  })
  .meta({ id: "Uptime" });

export const uptimeRoutes = createRouter().openapi(
  route(READ, {
    method: "get",
    path: "/v1/projects/{projectId}/checks/{checkId}/uptime",
    summary: "Read the uptime of a check",
    description: `Counted from its slots. Days are those of \`timezone\`, the last ${DAYS} of them; days without slots are left out.`,
    tags: ["History"],
    request: { params: OfCheck, query: z.object({ timezone: TimezoneInput.default("UTC") }) },
    responses: { 200: json(UptimeView, "Its uptime.") },
  }),
  async (c) => {
    const ref = await requireCheck(c, c.req.valid("param"));
    const { pool } = c.var.deps;
    const now = c.var.deps.now();
    const { timezone } = c.req.valid("query");
    const [spans, days] = await Promise.all([
      countSlots(pool, ref, { now, days: SPANS }),
      sumDays(pool, ref, { from: now - DAYS * DAY_MS, timezone }),
    ]);
    return c.json({ spans: spans.map((span) => ({ ...span, uptime: uptime(span) })), days }, 200);
  },
);

/** A slot that was met late was met: the job ran. Excluded slots count for neither side. */
function uptime({ onTime, late, failed, missed }: SlotCounts): number | null {
  const due = onTime + late + failed + missed;
  return due === 0 ? null : (onTime + late) / due;
}
