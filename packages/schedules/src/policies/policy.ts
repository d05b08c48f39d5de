/** Which of the due times that passed while nothing could start run after all. */
export type MadeUpRuns = "none" | "last" | "first and last" | "all";

/** What is made up once the scheduler is back after it was stopped, its machine off, or its pod gone. */
type Missed =
  | { runs: "none" }
  | {
      runs: Exclude<MadeUpRuns, "none">;
      /** counted from the due time; null: however late; "setting": as the job's own setting says */
      withinSeconds: number | null | "setting";
      /** the program's own setting that says within how many seconds */
      setting?: string;
      /** what else must hold, in words */
      only?: string;
      /** up to this long after the scheduler's start, where that is not at once */
      afterSeconds?: number;
    };

/** What is made up after a sleep of at most so long: the process was frozen, or its machine suspended. */
type AfterSleep = {
  runs: Exclude<MadeUpRuns, "none">;
  withinSeconds: number | null;
  only?: string;
};

/**
 * What happens where a run lasts until the next is due. `parallel`: both run. `queued`: each waits and none is left out.
 * `skipped`: the next one does not run. `one-at-the-end`: however many were due meanwhile, one starts as the long one ends.
 * `replaced`: the long one is stopped.
 */
export type OverlapRule = (typeof OVERLAP_RULES)[number];
export const OVERLAP_RULES = ["parallel", "queued", "skipped", "one-at-the-end", "replaced"] as const;

type Overlap = {
  usual: OverlapRule;
  /** the setting with which it is so, in words, where another would change it */
  usualWhen?: string;
  /** settings, in words, with which it is another */
  otherwise?: readonly (readonly [when: string, then: OverlapRule])[];
  /** circumstances, in words, in which it is another whatever is set */
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
  /** `grid`: due times do not move. `from start`, `from end`: N seconds from the last run's. */
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
  /** what of its configuration decides, in words; empty where nothing does */
  setup: string;
  /** the name of this set-up in the schedule of a check, which is stored; absent where there is no other */
  id?: string;
  /** the ids of the schedulers of cron lines that it belongs to, in which the first policy is the usual one */
  schedulers: readonly string[];
  /** it runs jobs every N seconds, and reads no lines */
  intervalsOnly?: true;
  missed: Missed;
  /** steps by the length of the sleep, shortest first; none left means that nothing is made up */
  asleep: readonly AfterSleep[] | null;
  overlap: Overlap | null;
  interval: IntervalRule | null;
  /** after the clock was set back: `silent` until it has reached the old time again */
  clockBack: "silent" | "goes on" | "goes on, daily again" | null;
  /** how far behind its due time it starts a run when all is well, from and to */
  lateSeconds?: readonly [number, number];
  /** the job can learn which due time it runs for, so that a late run and an early one differ */
  handsOnDueTime?: true;
};

/** The policies of one program, of which each set-up says only what is not the same in all. */
export function setups<Key extends keyof SchedulerPolicy>(
  same: Pick<SchedulerPolicy, Key>,
  different: readonly Omit<SchedulerPolicy, Key>[],
): SchedulerPolicy[] {
  return different.map((one) => ({ ...same, ...one }) as SchedulerPolicy);
}
