import { minutesInWords } from "@overdue/core";
import { instant, zonedText } from "../time/zones.ts";
import { weekdaysText } from "../time/weekdays.ts";
import { listText } from "@overdue/schedules";
import { capital } from "../text/reason-text.ts";
import type { WindowDraft } from "./window-values.ts";

/** The rule for when a maintenance window lasts, as the API returns it. */
export type Rule =
  | { kind: "once"; from: string; until: string }
  | { kind: "weekly"; weekdays: number[]; time: string; minutes: number; timezone: string }
  | { kind: "cron"; expression: string; minutes: number; timezone: string };

/** "Sunday at 02:00 (Europe/Berlin), for 2 hours". The times of a single span are in `zone`. */
export function ruleText(rule: Rule, zone: string): string {
  switch (rule.kind) {
    case "once":
      return `Once, ${zonedText(instant(rule.from), zone)} to ${zonedText(instant(rule.until), zone)}`;
    case "weekly":
      return `${capital(weekdaysText(rule.weekdays))} at ${rule.time} (${rule.timezone}), for ${minutesInWords(rule.minutes)}`;
    case "cron":
      return `Cron ${rule.expression} (${rule.timezone}), for ${minutesInWords(rule.minutes)}`;
  }
}

/** "For checks tagged prod or db and Nightly backup". */
export function scopeText(
  { tags, checkIds }: Pick<WindowDraft, "tags" | "checkIds">,
  checks: ReadonlyMap<string, string>,
): string {
  const named = checkIds.map((id) => checks.get(id) ?? "a deleted check");
  const parts = [...(tags.length > 0 ? [`checks tagged ${listText(tags, "or")}`] : []), ...named];
  return parts.length === 0 ? "For every check" : `For ${listText(parts, "and")}`;
}

/** The settings of a window in words, with times in `zone`, to compare two versions. */
export function windowFacts(
  window: WindowDraft,
  checks: ReadonlyMap<string, string>,
  zone: string,
): [label: string, text: string][] {
  return [
    ["Name", window.name],
    ["When", ruleText(window.rule, zone)],
    ["For", scopeText(window, checks)],
  ];
}

/** Lines for a deploy script that start and stop maintenance. `$OVERDUE_KEY` is an API key with the scope write. */
export function maintenanceCurl(origin: string, projectId: string): string {
  const address = `${origin}/v1/projects/${projectId}/maintenance`;
  const post = (what: string, json: object) =>
    `curl -fsS -H "Authorization: Bearer $OVERDUE_KEY" -H 'Content-Type: application/json' \\\n  -d '${JSON.stringify(json)}' ${address}/${what}`;
  return [
    "# before: deadlines are excluded for at most 30 minutes",
    post("start", { name: "deploy", minutes: 30 }),
    "# after",
    post("stop", { name: "deploy" }),
  ].join("\n");
}
