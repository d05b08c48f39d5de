import { setupChoices, type RunBy } from "./policies.ts";
import type { MadeUpRuns, OverlapRule, SchedulerPolicy } from "./policy.ts";

const MADE_UP: Record<Exclude<MadeUpRuns, "none">, string> = {
  last: "runs the last missed time",
  "first and last": "runs the first and the last missed time",
  all: "runs every missed time",
};

const OVERLAPS: Record<OverlapRule, string> = {
  parallel: "runs side by side with it",
  queued: "waits, and none is left out",
  skipped: "is skipped",
  "one-at-the-end": "starts once, right at its end",
  replaced: "stops it and runs",
};

/**
 * Sentences on what a scheduler does with missed and overlapping runs and, with `timed`, how it times intervals. `usual`: for the
 * usual set-up; `others`: for set-ups that make up other runs. Both are empty if the scheduler was not measured.
 */
export function policySentences(
  [usual, ...rest]: readonly SchedulerPolicy[],
  { timed = false } = {},
): { usual: string[]; others: string[] } {
  if (usual === undefined) return { usual: [], others: [] };
  const overlap = overlapText(usual);
  const times = timed ? intervalText(usual) : null;
  const different = rest.filter((policy) => madeUpText(policy) !== madeUpText(usual));
  const groups = Map.groupBy(different, (policy) => `${policy.program}\n${madeUpText(policy)}`);
  return {
    usual: [
      `After it was down, ${missedText(usual)}.`,
      ...(overlap === null ? [] : [`While a run goes on, the next one ${overlap}.`]),
      ...(times === null ? [] : [`Runs are due ${times}.`]),
    ],
    others: [...groups.values()].flatMap(([first, ...more]) => {
      if (first === undefined) return [];
      const setup = [first, ...more].map((policy) => policy.setup).join("; or ");
      return [`${missedText({ ...first, setup })}.`];
    }),
  };
}

/** What a program makes up: "cron (Debian) makes up nothing". This begins a sentence. */
export function missedText(policy: SchedulerPolicy): string {
  const { program, setup } = policy;
  return `${setup === "" ? program : `${program} (${setup})`} ${madeUpText(policy)}`;
}

/** What happens to runs that were due while the scheduler was down: "makes up nothing". */
export function madeUpText({ missed }: SchedulerPolicy): string {
  if (missed.runs === "none") return "makes up nothing";
  const when =
    missed.afterSeconds === undefined ? "" : ` within ${durationText(missed.afterSeconds)} of its start`;
  const only = missed.only === undefined ? "" : `, only ${missed.only}`;
  return `${MADE_UP[missed.runs]}${when}${limitText(missed.withinSeconds)}${only}`;
}

/** What happens to the next run during another: "is skipped"; null: not measured. */
export function overlapText({ overlap }: SchedulerPolicy): string | null {
  if (overlap === null) return null;
  const others = [...(overlap.otherwise ?? []), ...(overlap.sometimes ?? [])].map(
    ([when, then]) => `; ${OVERLAPS[then]} if ${when}`,
  );
  return `${OVERLAPS[overlap.usual]}${others.join("")}`;
}

/** The choices of a check for the set-up of its scheduler, in words: "jobs in memory: makes up nothing". */
export function setupChoiceTexts(runBy: RunBy): {
  missed: { id: string; text: string; setting: string | null }[];
  overlap: { rule: OverlapRule; text: string }[];
} {
  const { missed, overlap } = setupChoices(runBy);
  const isTimed = runBy.kind === "interval";
  return {
    missed: missed.map(({ policy, setting }) => {
      const times = isTimed ? intervalText(policy) : null;
      const text = `${policy.setup || policy.program}: ${madeUpText(policy)}`;
      return { id: policy.id, text: times === null ? text : `${text}; ${times}`, setting };
    }),
    overlap: overlap.map(({ rule, when }) => ({ rule, text: `${when}: it ${OVERLAPS[rule]}` })),
  };
}

/** How a scheduler times jobs that run every N seconds; null: it has none, or that was not measured. */
export function intervalText({ interval }: SchedulerPolicy): string | null {
  if (interval === null) return null;
  const phase = {
    grid: "at due times that do not move",
    "from start": "counted from the last start",
    "from end": "counted from the last end",
  }[interval.phase];
  const restart = {
    kept: "kept over a restart",
    "kept if stopped in order": "kept over an orderly restart",
    anew: "begun anew at each restart",
    unknown: "not measured over a restart",
  }[interval.overRestart];
  return `first ${interval.first}, then ${phase}; ${restart}`;
}

function limitText(withinSeconds: number | null | "setting"): string {
  if (withinSeconds === "setting") return " if the scheduler is back within the job's own limit";
  if (withinSeconds === null) return ", however late";
  return ` if the scheduler is back within ${durationText(withinSeconds)} of the missed time`;
}

function durationText(seconds: number): string {
  const units = [
    [3600, "hour"],
    [60, "minute"],
    [1, "second"],
  ] as const;
  const [size, unit] = units.find(([length]) => seconds % length === 0) ?? [1, "second"];
  const count = seconds / size;
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
