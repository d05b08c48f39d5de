import { secondsInWords } from "../time/duration.ts";
import type { CheckView } from "./check-queries.ts";
import { settingsSummary } from "./settings-summary.ts";

type Names = { checks: ReadonlyMap<string, string>; channels: ReadonlyMap<string, string> };

/** What a person decided about a check, as it is read: to show what differs between two versions. */
export function checkFacts(check: CheckView, names: Names): [label: string, text: string][] {
  const { name, slug, tags, description, scheduleText, graceSeconds, channelIds, dependsOn } = check;
  return [
    ["Name", name],
    ["Slug", slug],
    ["Tags", tags.join(", ")],
    ["Description", description],
    ["Schedule", scheduleText],
    ["Grace", secondsInWords(graceSeconds)],
    ["Channels", channelIds.map((id) => names.channels.get(id) ?? "a deleted channel").join(", ")],
    ["Depends on", dependsOn.map((id) => names.checks.get(id) ?? "a deleted check").join(", ")],
    ["Further settings", settingsSummary(check).join(" ")],
  ];
}
