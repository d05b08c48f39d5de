import { ruleText } from "./rule-text.ts";
import { scopeText } from "./scope-text.ts";
import type { WindowDraft } from "./window-values.ts";

/** A window as it is read, times in `zone`: to show what differs between two versions. */
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
