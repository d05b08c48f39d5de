import { type AlertFacts, type AlertGroup, type DeliveryKind, RunPayload } from "@overdue/core";

import type { AlertLine, AlertMessage, MessageKind, Tone } from "./alert.ts";
import { BAD_RUN, GOOD_RUN, runText, runWords } from "./compose-other.ts";
import { checkName, projectLine, reasonWord } from "./reasons.ts";
import { oneLine } from "./text.ts";

type GroupWords = Pick<AlertMessage, "kind" | "title" | "sentence" | "lines" | "tone" | "silent" | "mark">;

/** The text after a count of each kind: "3 down, 1 up again". */
const COUNTED: Record<DeliveryKind, string> = {
  down: "down",
  reminder: "still down",
  up: "up again",
  run: "runs",
  notice: "worth a look",
  test: "tests",
  report: "reports",
  system: "messages about channels",
  confirm: "questions",
};

/** The text of a message with several alerts: how many there are, what they share, and the first few by name. */
export function groupWords(facts: AlertFacts, group: AlertGroup): GroupWords {
  if (group.informational) return informationalWords(facts, group.informational);
  const kinds = countsBy(group, ({ kind }) => kind);
  const [only] = kinds.length === 1 ? kinds : [];
  const total = kinds.reduce((sum, [, count]) => sum + count, 0);
  const title =
    only === undefined
      ? kinds.map(([kind, count]) => `${count} ${COUNTED[kind]}`).join(", ")
      : `${total} ${only[0] === "run" ? "runs" : `checks are ${COUNTED[only[0]]}`}`;
  const tone = toneOf(group);
  return {
    kind: kindOf(kinds),
    title,
    sentence: sentenceOf(group, total),
    lines: linesOf(facts, group, total),
    tone,
    silent: tone === "neutral",
  };
}

function kindOf(kinds: readonly [DeliveryKind, number][]): MessageKind {
  const alerts = kinds.every(([kind]) => kind === "down" || kind === "up" || kind === "reminder");
  return kinds.length === 1 && alerts ? "storm" : "digest";
}

function toneOf({ counts, first }: AlertGroup): Tone {
  const kinds = counts.map(({ kind }) => kind);
  if (kinds.includes("down") || kinds.includes("reminder")) return "bad";
  if (kinds.includes("up")) return "good";
  return first.some(({ payload }) => payload?.["outcome"] === "fail") ? "bad" : "neutral";
}

function sentenceOf({ storm, counts }: AlertGroup, total: number): string {
  const down = counts.some(({ kind }) => kind === "down" || kind === "reminder");
  if (storm === null) return "This is what was collected for this channel.";
  const what = sharedWords(storm.shared);
  const shared =
    what === null
      ? "They came at the same time; what else they share is not known."
      : `They share the ${what}.`;
  const more = storm.open > total && down ? ` In all, ${storm.open} checks of this storm are down now.` : "";
  const left =
    !down && storm.open > 0 ? ` ${storm.open} of this storm ${areOrIs(storm.open)} still down.` : "";
  return shared + more + left;
}

const SHARED: Record<string, (value: string) => string> = {
  host: (value) => `host ${value}`,
  address: (value) => `address ${value}`,
  tag: (value) => `tag ${value}`,
  "dependency on": (value) => `dependency on ${value}`,
};

/** What the incidents of a storm share, such as "host db1"; null if that is not known. */
function sharedWords(shared: string): string | null {
  const [, kind = "", value = ""] = /^(host|address|tag|dependency on) (.+)$/s.exec(shared) ?? [];
  return SHARED[kind]?.(oneLine(value, SHARED_CHARS_MAX)) ?? null;
}

const SHARED_CHARS_MAX = 120;

function areOrIs(count: number): string {
  return count === 1 ? "is" : "are";
}

function linesOf(facts: AlertFacts, group: AlertGroup, total: number): AlertLine[] {
  const reasons = countsBy(group, ({ reason }) => reason).flatMap(([reason, count]) =>
    reason === null ? [] : [`${count} ${reasonWord(reason)}`],
  );
  const areOver = group.counts.every(({ kind }) => kind === "up");
  return [
    { label: "Project", value: projectLine(facts) },
    ...(reasons.length === 0
      ? []
      : [{ label: areOver ? "They were down" : "Reasons", value: reasons.join(", ") }]),
    ...groupedByKind(facts, group, total),
  ];
}

const LABELS: Record<DeliveryKind, string> = {
  down: "Down",
  reminder: "Still down",
  up: "Up again",
  run: "Runs",
  notice: "Worth a look",
  test: "Tests",
  report: "Reports",
  system: "Messages",
  confirm: "Questions",
};

function groupedByKind(facts: AlertFacts, group: AlertGroup, total: number): AlertLine[] {
  const byKind = [...Map.groupBy(group.first, ({ kind }) => kind)];
  const hidden = total - group.first.length;
  return byKind.map(([kind, members], index) => {
    const names = members.map((member) => nameOf(facts, member)).join(kind === "run" ? "; " : ", ");
    const isLast = index === byKind.length - 1;
    return { label: LABELS[kind], value: names + (isLast && hidden > 0 ? ` and ${hidden} more` : "") };
  });
}

function nameOf(facts: AlertFacts, { kind, checkName: name, payload }: AlertGroup["first"][number]): string {
  const check = {
    id: "",
    pingUuid: "",
    tags: [],
    timezone: null,
    graceSeconds: 0,
    ...facts.check,
    name,
    slug: "",
  };
  return kind === "run" ? runWords({ ...facts, check, payload }).title : checkName({ check });
}

function countsBy<Key>({ counts }: AlertGroup, keyOf: (count: AlertGroup["counts"][number]) => Key) {
  const sums = new Map<Key, number>();
  for (const one of counts) sums.set(keyOf(one), (sums.get(keyOf(one)) ?? 0) + one.count);
  return [...sums];
}

type Informational = NonNullable<AlertGroup["informational"]>;

/** Runs and notices of one or more checks in one message: how many, how many failed, and a line for each check. */
function informationalWords(
  facts: AlertFacts,
  { checks, runs, failed, notices, first }: Informational,
): GroupWords {
  const hidden = checks - first.length;
  const bad = failed === 0 ? "" : `, ${failed} failed`;
  const counts = [
    ...(runs === 0 ? [] : [`${countText(runs, "run")}${bad}`]),
    ...(notices === 0 ? [] : [countText(notices, "notice")]),
  ];
  return {
    kind: "digest",
    title: `${counts.join("; ")}, of ${countText(checks, "check")}`,
    sentence: hidden > 0 ? `${hidden} more checks are not listed here.` : "",
    lines: first.map((check) => checkLine(facts, check)),
    tone: failed > 0 ? "bad" : "neutral",
    mark: failed > 0 ? BAD_RUN : GOOD_RUN,
    silent: failed === 0,
  };
}

/** "nightly backup": "✗ 12 runs, 2 failed, the last 03:00–03:04 UTC, 4 min" */
function checkLine(
  facts: AlertFacts,
  { name, timezone, runs, failed, notices, last }: Informational["first"][number],
): AlertLine {
  const check = { name, timezone };
  const run = RunPayload.safeParse(last).data;
  const text = run === undefined ? "" : runText({ check, writtenAt: facts.writtenAt }, run);
  const many = `${countText(runs, "run")}${failed === 0 ? "" : `, ${failed} failed`}, the last ${text}`;
  const ran = [failed > 0 || run?.outcome === "lost" ? BAD_RUN : GOOD_RUN, runs > 1 ? many : text].join(" ");
  const parts = [...(runs === 0 ? [] : [ran]), ...(notices === 0 ? [] : [countText(notices, "notice")])];
  return { label: checkName({ check: { name, slug: "" } }), value: parts.join("; ") };
}

function countText(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count.toLocaleString("en")} ${noun}s`;
}
