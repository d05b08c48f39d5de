import {
  maintenanceAt,
  type MaintenanceRule,
  MaintenanceRuleInput,
  type MaintenanceSpan,
  type MaintenanceWindow,
  nextSpan,
  TagsInput,
} from "@overdue/core";
import type { Instant } from "@overdue/schedules";
import type { WindowRow } from "@overdue/db";
import { z } from "zod";

import { iso, Timestamp } from "../http/schemas.ts";

const Name = z.string().trim().min(1, "Give it a name.").max(100, "Use at most 100 characters.");
const CheckIds = z.array(z.uuid()).max(1_000, "Name at most 1,000 checks: use a tag instead.");

export const WindowPatch = z
  .strictObject({ name: Name, rule: MaintenanceRuleInput, tags: TagsInput, checkIds: CheckIds })
  .partial()
  .meta({ id: "MaintenancePatch" });

export const WindowInput = WindowPatch.required({ name: true, rule: true }).meta({
  id: "MaintenanceInput",
  description: "It holds for the checks with one of the tags and for those named; without either for all.",
});

export const StartInput = z
  .strictObject({
    minutes: z
      .int()
      .min(1, "Use at least a minute.")
      .max(10_080, "Use at most 10080 minutes, which is 7 days."),
    name: Name.default("maintenance").meta({ description: "By this name it can be stopped." }),
    tags: TagsInput.default([]),
    checkIds: CheckIds.default([]),
    checks: z
      .array(z.string().min(1).max(100))
      .max(1_000)
      .default([])
      .meta({ description: "The same as checkIds, by id or by slug." }),
  })
  .meta({ id: "MaintenanceStart" });

const Span = z.object({ from: Timestamp, until: Timestamp }).nullable();

export const WindowView = z
  .object({
    id: z.uuid(),
    version: z.int().meta({ description: "Grows with every edit; send it in If-Match." }),
    name: z.string(),
    rule: MaintenanceRuleInput,
    tags: z.array(z.string()),
    checkIds: z
      .array(z.uuid())
      .meta({ description: "Without tags and checks it holds for the whole project." }),
    active: Span.meta({ description: "The span that lasts now; null outside." }),
    next: Span.meta({ description: "The span that begins next; null where none will." }),
    createdBy: z.string(),
    createdAt: Timestamp,
  })
  .meta({ id: "Maintenance" });
export type WindowView = z.infer<typeof WindowView>;

export function windowView(row: WindowRow, now: Instant): WindowView {
  const { id, version, name, rule, tags, checkIds, createdBy } = row;
  const window: MaintenanceWindow = { rule, stoppedAt: row.stoppedAt?.getTime() ?? null };
  return {
    id,
    version,
    name,
    rule: ruleView(rule),
    tags,
    checkIds,
    active: spanView(maintenanceAt([window], now)),
    next: spanView(nextSpan(window, now)),
    createdBy,
    createdAt: iso(row.createdAt),
  };
}

function ruleView(rule: MaintenanceRule): z.infer<typeof MaintenanceRuleInput> {
  switch (rule.kind) {
    case "once":
      return { kind: "once", ...spanText(rule) };
    case "weekly":
      return { ...rule, weekdays: [...rule.weekdays] };
    case "cron":
      return rule;
  }
}

function spanView(span: MaintenanceSpan | null) {
  return span === null ? null : spanText(span);
}

function spanText({ from, until }: MaintenanceSpan) {
  return { from: iso(from), until: iso(until) };
}
