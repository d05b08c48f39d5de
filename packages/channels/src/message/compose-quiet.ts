import type { AlertFacts, AlertGroup, AlertLine, AlertMessage } from "./alert.ts";
import { BAD_RUN, GOOD_RUN, runText } from "./compose-other.ts";
import { checkName } from "./names.ts";
import { RunPayload } from "./payload.ts";

type QuietWords = Pick<AlertMessage, "kind" | "title" | "sentence" | "lines" | "tone" | "silent" | "mark">;
type Quiet = NonNullable<AlertGroup["quiet"]>;
type OfCheck = Quiet["first"][number];

/** Runs and notices of one or more checks in one message: how many, how many failed, a line for each check. */
export function quietWords(facts: AlertFacts, { checks, runs, failed, notices, first }: Quiet): QuietWords {
  const hidden = checks - first.length;
  const bad = failed === 0 ? "" : `, ${failed} failed`;
  const counts = [
    ...(runs === 0 ? [] : [`${counted(runs, "run")}${bad}`]),
    ...(notices === 0 ? [] : [counted(notices, "notice")]),
  ];
  return {
    kind: "digest",
    title: `${counts.join("; ")}, of ${counted(checks, "check")}`,
    sentence: hidden > 0 ? `Of ${hidden} more checks nothing else stands here.` : "",
    lines: first.map((one) => lineOf(facts, one)),
    tone: failed > 0 ? "bad" : "neutral",
    mark: failed > 0 ? BAD_RUN : GOOD_RUN,
    silent: failed === 0,
  };
}

/** "nightly backup": "✗ 12 runs, 2 failed, the last 03:00–03:04 UTC, 4 min" */
function lineOf(facts: AlertFacts, { name, timezone, runs, failed, notices, last }: OfCheck): AlertLine {
  const check = { name, timezone };
  const run = RunPayload.safeParse(last).data;
  const text = run === undefined ? "" : runText({ check, writtenAt: facts.writtenAt }, run);
  const many = `${counted(runs, "run")}${failed === 0 ? "" : `, ${failed} failed`}, the last ${text}`;
  const ran = [failed > 0 || run?.outcome === "lost" ? BAD_RUN : GOOD_RUN, runs > 1 ? many : text].join(" ");
  const parts = [...(runs === 0 ? [] : [ran]), ...(notices === 0 ? [] : [`${counted(notices, "notice")}`])];
  return { label: checkName({ check }), value: parts.join("; ") };
}

function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count.toLocaleString("en")} ${what}s`;
}
