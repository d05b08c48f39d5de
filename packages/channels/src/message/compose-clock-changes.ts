import { type AlertFacts, ClockChangesPayload, UNNAMED_CHECK } from "@overdue/core";
import type { AlertSection } from "./alert.ts";
import type { Words } from "./compose-other.ts";
import { projectLine } from "./reasons.ts";
import { oneLine } from "./text.ts";

const NAME_CHARS = 80;

/** The note on clock changes that a report's payload holds; null where it is a report on a period. */
export function clockChangesIn({ payload }: AlertFacts): ClockChangesPayload["clockChanges"] | null {
  return ClockChangesPayload.safeParse(payload).data?.clockChanges ?? null;
}

/** The words of the note on the clock changes ahead that touch runs of a project. */
export function clockChangeWords(
  facts: AlertFacts,
  changes: ClockChangesPayload["clockChanges"],
): Words & { sections: AlertSection[] } {
  const checks = changes.reduce((sum, { total }) => sum + total, 0);
  const [first] = changes;
  const when = first === undefined ? "" : `on ${first.text.split(":")[0]}`;
  return {
    title: `${projectLine(facts)}: clocks change ${when}, ${checks} ${checks === 1 ? "check runs" : "checks run"} otherwise`,
    sentence:
      "Clocks change within two weeks, which moves, doubles or leaves out runs. This is what Overdue expects of each check then, by the rules of its scheduler: a run that comes so raises no alert.",
    lines: [{ label: "Project", value: projectLine(facts) }],
    sections: changes.map(({ text, timezone, total, first: shown }) => ({
      title: `${text} (${timezone})`,
      lines: shown.map(({ name, effect }) => ({
        label: oneLine(name, NAME_CHARS) || UNNAMED_CHECK,
        value: effect,
      })),
      more: total - shown.length,
    })),
    tone: "neutral",
    silent: true,
  };
}
