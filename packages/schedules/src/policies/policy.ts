/** Which missed due times run after all, once the scheduler can start jobs again. */
export type MadeUpRuns = "none" | "last" | "first and last" | "all";

/** What is made up after the scheduler was stopped, its machine was off, or its pod was gone. */
type Missed =
  | { runs: "none" }
  | {
      runs: Exclude<MadeUpRuns, "none">;
      /** counted from the due time; null: however late; "setting": a setting of the job decides */
      withinSeconds: number | null | "setting";
      /** the name of the program's setting for this limit */
      setting?: string;
      /** what else must hold, in words */
      only?: string;
      /** how long after its start the scheduler may make runs up; without it, at once */
      afterSeconds?: number;
    };

/** What is made up after a sleep of at most `withinSeconds`: the process was frozen, or its machine suspended. */
type AfterSleep = {
  runs: Exclude<MadeUpRuns, "none">;
  withinSeconds: number | null;
  only?: string;
};

/**
 * What happens if a run lasts until the next is due. `parallel`: both run. `queued`: each waits, and all run. `skipped`: the next
 * one does not run. `one-at-the-end`: one starts when the long one ends, however many were due in the meantime. `replaced`: the
 * long one is stopped.
 */
export type OverlapRule = (typeof OVERLAP_RULES)[number];
export const OVERLAP_RULES = ["parallel", "queued", "skipped", "one-at-the-end", "replaced"] as const;

type Overlap = {
  usual: OverlapRule;
  /** the setting for `usual` in words, if other settings change the rule */
  usualWhen?: string;
  /** other settings in words, with their rules */
  otherwise?: readonly (readonly [when: string, then: OverlapRule])[];
  /** circumstances in words that change the rule, whatever the settings */
  sometimes?: readonly (readonly [when: string, then: OverlapRule])[];
};

/** How jobs that run every N seconds are timed. */
type IntervalRule = {
  first:
    | "at once"
    | "after an interval"
    | "an interval after its creation"
    | "at a given time"
    | "never by itself";
  /** `grid`: due times do not move. `from start`, `from end`: N seconds after the start or end of the last run. */
  phase: "grid" | "from start" | "from end";
  /** `anew`: the phase begins at the scheduler's start, so that the due times move */
  overRestart: "kept" | "kept if stopped in order" | "anew" | "unknown";
};

/** What one program, set up in one way, does with runs that were missed, late or overlapped. Null: not measured. */
export type SchedulerPolicy = {
  program: string;
  version: string;
  /** the row of `vectors/policies.json` that this was read from: the program was run, not its documentation read */
  measured: string;
  /** the part of its configuration that decides, in words; empty if none does */
  setup: string;
  /** the name of this set-up in stored schedules; absent if there is only one set-up */
  id?: string;
  /** the ids of its schedulers of cron lines; the first policy of a scheduler is the usual one */
  schedulers: readonly string[];
  /** it runs jobs every N seconds, and reads no cron lines */
  intervalsOnly?: true;
  missed: Missed;
  /** by the length of the sleep, shortest first; after a sleep longer than all of these, nothing is made up */
  asleep: readonly AfterSleep[] | null;
  overlap: Overlap | null;
  interval: IntervalRule | null;
  /** after the clock was set back; `silent`: until it has reached the old time again */
  clockBack: "silent" | "goes on" | "goes on, daily again" | null;
  /** how late it starts a run when all is well: minimum and maximum */
  lateSeconds?: readonly [number, number];
  /** the scheduler passes the due time to the job, so that a late run and an early one can be distinguished */
  passesDueTime?: true;
};

/** The policies of one program: `same` is what all set-ups have in common. */
export function setups<Key extends keyof SchedulerPolicy>(
  same: Pick<SchedulerPolicy, Key>,
  different: readonly Omit<SchedulerPolicy, Key>[],
): SchedulerPolicy[] {
  return different.map((one) => ({ ...same, ...one }) as SchedulerPolicy);
}
