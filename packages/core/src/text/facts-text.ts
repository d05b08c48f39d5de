import type { RunFacts } from "../pings/read-facts.ts";
import { durationText } from "./duration-text.ts";

type Fact = RunFacts[string];

/** Facts in the order in which they help; what a newer client says besides comes after them, by its own name. */
const LABELS: readonly (readonly [
  name: string,
  label: string,
  text?: (fact: Fact, facts: RunFacts) => string,
])[] = [
  ["skipped", "Skipped"],
  ["wrapperKilled", "Wrapper", () => "was killed: how the job ended is not known"],
  [
    "oomKill",
    "Memory",
    (whose) =>
      whose === "group"
        ? "ran out: the kernel killed a process of the job"
        : "ran out on the machine while the job ran",
  ],
  ["timedOutAfterMs", "Stopped", (ms) => `at its time limit of ${durationText(Number(ms))}`],
  ["minRuntimeMs", "Too quick", (ms) => `it counts as failed below ${durationText(Number(ms))}`],
  ["signal", "Signal"],
  ["stoppedBy", "Stopped by", (signal) => `${signal}, sent to the wrapper`],
  ["core", "Core dump", (pattern) => `goes to ${pattern}`],
  ["systemdResult", "systemd says"],
  ["systemdExit", "Exit"],
  ["kubernetesReason", "Kubernetes says"],
  ["attempts", "Attempts"],
  [
    "cpuUserMs",
    "Processor time",
    (ms, { cpuSystemMs }) => durationText(Number(ms) + Number(cpuSystemMs ?? 0)),
  ],
  ["maxMemoryBytes", "Most memory", bytesText],
  ["groupMaxMemoryBytes", "Most memory of its control group", bytesText],
  ["outputProblem", "Output"],
  ["host", "Host name"],
  ["user", "User"],
  ["unit", "Unit"],
  ["pod", "Pod"],
  ["namespace", "Namespace"],
  ["kubernetesNode", "Node"],
  ["timeZone", "Time zone of the host"],
  ["command", "Reported by"],
];
/** What explains how a run ended, or why there was none; the rest describes it. */
const CAUSES: ReadonlySet<string> = new Set([
  "skipped",
  "wrapperKilled",
  "oomKill",
  "timedOutAfterMs",
  "minRuntimeMs",
  "signal",
  "stoppedBy",
  "systemdResult",
  "kubernetesReason",
  "attempts",
  "host",
]);
/** For programs, or said elsewhere already. */
const HIDDEN = new Set(["durationMs", "cpuSystemMs", "bootId", "invocationId"]);

/** What a wrapper said about a run, as labels and texts for people. */
export function factTexts(facts: RunFacts): { label: string; text: string }[] {
  const known = LABELS.flatMap(([name, label, text = String]) => {
    const fact = facts[name];
    return fact === undefined ? [] : [{ label, text: text(fact, facts) }];
  });
  const names = new Set(LABELS.map(([name]) => name));
  const others = Object.entries(facts).filter(([name]) => !names.has(name) && !HIDDEN.has(name));
  return [...known, ...others.map(([label, fact]) => ({ label, text: String(fact) }))];
}

/** The facts that explain how a run ended, or why there was none, and where that was. */
export function causesIn(facts: RunFacts): RunFacts {
  return Object.fromEntries(Object.entries(facts).filter(([name]) => CAUSES.has(name)));
}

const MIB = 1_048_576;

function bytesText(bytes: Fact): string {
  const mib = Number(bytes) / MIB;
  return mib < 10 ? `${mib.toFixed(1)} MiB` : `${Math.round(mib).toLocaleString("en")} MiB`;
}
