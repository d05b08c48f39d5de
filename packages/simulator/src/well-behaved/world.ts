import type { Instant } from "@overdue/schedules";
import type { CheckSettings, Ping } from "@overdue/core";

/** What the machines of a world get wrong. The job itself does all that it should, except for the runs it leaves out. */
export type Imperfections = {
  /** Host clocks are wrong by up to this much, either way, and drift. */
  skewMs: number;
  /** Of 1: how often a response is lost, so that curl sends the ping again. */
  retries: number;
  /** Of 1: how often the start of a short run arrives after its end. */
  swaps: number;
  /** Of 1: how often a run does not happen at all. */
  leftOut: number;
  /** The network takes seconds, up to half a minute. */
  slow: boolean;
  /** The scheduler starts runs late, within the grace. */
  late: boolean;
};

/** A ping that arrived. */
export type Arrival = {
  ping: Ping;
  /** When the ping first arrived; null: this is no retry. */
  firstAt: Instant | null;
  /** It is what a slot waits for: an end, or, if runs have a limit of their own, the first ping of the run. */
  counts: boolean;
};

/** What truly happened for one time of the schedule. */
export type TrueRun = { dueAt: Instant; leftOut: boolean; arrivals: readonly Arrival[] };

/** How the job reports; hosts "nat": two machines that share one address. */
export type Habits = {
  starts: boolean;
  runIds: boolean;
  /** The start is sent in the background, so that it delays nothing and its retries may come after the end. */
  background: boolean;
  hosts: "one" | "unknown" | "both" | "either" | "nat";
  /** Runs take longer than the time between two, so that they overlap. */
  parallel: boolean;
  /** The scheduler passes the due time to the job, and pings name it. */
  namesSlot: boolean;
};

export type Lengths = {
  graceMs: number;
  /** What the delays of a run may add up to. */
  slackMs: number;
  longestMs: number;
  limitMs: number | null;
};

/** A well-behaved job on imperfect machines, and the check that watches it. */
export type World = {
  id: string;
  settings: CheckSettings;
  madeAt: Instant;
  gapMs: number;
  habits: Habits;
  /** No run takes longer. */
  longestMs: number;
  /** In the order of their times. */
  runs: readonly TrueRun[];
};

/** All that arrived, in order. */
export function arrivalsOf({ runs }: World): Arrival[] {
  return runs.flatMap(({ arrivals }) => arrivals).toSorted((one, other) => one.ping.at - other.ping.at);
}
