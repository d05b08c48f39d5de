import { type Control, isProven } from "./controls.ts";
import { quantile, type Times } from "./figures.ts";
import { commandOf } from "./options.ts";
import { faultsOf, repeatsPerTenThousand, REPEATS_MAX, type Result } from "./run.ts";

const SHOWN_MAX = 12;
const BAR = 30;

/** The line that shows how far a run is. */
export function progressLine(state: {
  share: number;
  acked: number;
  notified: number;
  fault: string;
}): string {
  const done = Math.round(state.share * BAR);
  const bar = "#".repeat(done) + ".".repeat(BAR - done);
  return `[${bar}] ${state.acked} pings acknowledged, ${state.notified} problems notified, ${state.fault}`;
}

/** The table of one run, with every case that is wrong below it. */
export function reportOf(result: Result): string {
  const { options, findings } = result;
  const faults = faultsOf(result);
  const cases = [
    ...faults.slice(0, SHOWN_MAX),
    ...findings.excused.slice(0, SHOWN_MAX).map((each) => `excused: ${each}`),
  ];
  return [
    "",
    `Seed ${options.seed}, ${options.minutes} min, queue in ${options.mode}, servers ${options.servers}`,
    "",
    ...table(rowsOf(result)),
    "",
    ...recoveryTable(result),
    "",
    ...cases.map((sentence) => `  ${sentence}`),
    faults.length === 0
      ? "Nothing is wrong."
      : `${faults.length} faults. Ledger and logs: ${result.kept}. Again: ${commandOf(options)}`,
    "",
  ].join("\n");
}

function rowsOf({
  findings,
  repeats,
  acked,
  kills,
  faults,
  problems,
  outages,
  alerts,
  memory,
}: Result): string[][] {
  const perTenThousand = repeatsPerTenThousand(repeats).toFixed(1);
  return [
    ["figure", "seen", "aim"],
    ["pings acknowledged", String(acked), ""],
    ["faults injected, of them SIGKILLs", `${faults}, ${kills}`, ""],
    ["problems of jobs", String(problems), ""],
    ["acknowledged pings lost", String(findings.lost.length), "0"],
    ["pings stored more often than sent", String(findings.storedTwice.length), "0"],
    ["deadlines missed without incident", String(findings.missed.length), "0"],
    ["false incidents", String(findings.falseIncidents.length), "0"],
    ["alerts undelivered", String(findings.undelivered.length), "0"],
    [
      "repeated messages per 10,000",
      `${perTenThousand} (${repeats.repeated} of ${repeats.deliveries})`,
      `≤ ${REPEATS_MAX}`,
    ],
    ["repeated because an answer was lost", String(repeats.afterLostAnswer), ""],
    ["outages recorded, unrecorded", `${outages}, ${findings.unrecorded.length}`, "0 unrecorded"],
    ["pings refused without reason", String(findings.refused.length), "0"],
    ["late by the harness's own doing", String(findings.excused.length), ""],
    ["alert after its deadline, s (p50, p95, most)", spread(alerts), ""],
    ...memory.map(({ program, maxMb, growthMb, livedSeconds }) => [
      `memory of ${program}, MB`,
      `${maxMb} at most; ${growthMb >= 0 ? "+" : ""}${growthMb} in ${livedSeconds} s`,
      "",
    ]),
  ];
}

function recoveryTable({ recovery }: Result): string[] {
  const rows = [...recovery]
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(([name, times]) => [name, String(times.length), spread(times)]);
  return table([["fault", "times", "until a new ping is acknowledged, s (p50, p95, most)"], ...rows]);
}

function spread(times: Times): string {
  const seconds = [0.5, 0.95, 1].map((share) => (quantile(times, share) / 1_000).toFixed(2));
  return times.length === 0 ? "–" : seconds.join(", ");
}

function table(rows: readonly (readonly string[])[]): string[] {
  const [head = [], ...rest] = rows;
  return [head, head.map(() => "---"), ...rest].map((cells) => `| ${cells.join(" | ")} |`);
}

/** What several runs come to together. */
export function totalsOf(results: readonly Result[]): string {
  const sum = (read: (result: Result) => number) =>
    results.reduce((total, result) => total + read(result), 0);
  const failing = results.filter((result) => faultsOf(result).length > 0);
  return [
    `${results.length} runs: ${sum(({ acked }) => acked)} pings acknowledged, ${sum(({ kills }) => kills)} SIGKILLs, ` +
      `${sum(({ faults }) => faults)} faults in all, ${sum(({ problems }) => problems)} problems of jobs; ` +
      `${sum(({ findings }) => findings.lost.length)} pings lost, ` +
      `${sum(({ findings }) => findings.missed.length)} deadlines missed without incident, ` +
      `${sum(({ findings }) => findings.falseIncidents.length)} false incidents, ` +
      `${sum(({ findings }) => findings.undelivered.length)} alerts undelivered, ` +
      `${sum(({ repeats }) => repeats.repeated)} of ${sum(({ repeats }) => repeats.deliveries)} messages repeated, ` +
      `${sum(({ findings }) => findings.unrecorded.length)} outages unrecorded.`,
    ...failing.map(({ options }) => `Failing: ${commandOf(options)}`),
    "",
  ].join("\n");
}

/** One row for each planted fault. */
export function controlsTable(controls: readonly Control[]): string {
  const rows = controls.map((control) => [
    control.name,
    `${control.cases} ${control.shows}`,
    control.without === null ? "not run" : `${control.without.length} faults`,
    isProven(control) ? "yes" : "NO",
  ]);
  const head = ["planted fault", "its run reports", "the same run without it", "proven"];
  return ["", ...table([head, ...rows]), ""].join("\n");
}
