import { readText, uptimeSeconds } from "../run/proc.ts";
import type { Target } from "../config.ts";
import type { LeaseRef } from "./lease.ts";

/** Facts about a run, as the server shows them. Flat, so that a server may know fewer of them. */
export type Facts = Record<string, string | number | boolean>;

/** An instant by both clocks of a machine: by its date, and since boot, by which ages are computed. */
export type Moment = { at: number; uptime: number | null };

/** What a wrapper and its sender say about one run; what is not delivered is kept in this form. */
export type RunRecord = {
  target: Target;
  runId: string;
  bootId: string | null;
  started: Moment | null;
  /** Null while it runs. */
  ended: (Moment & Ending) | null;
};

/** How a run ended, or why there was none: then `kind` is "log". */
export type Ending = {
  kind: "end" | "log";
  /** Null: it failed, though by no exit status. */
  status: number | null;
  /** The last part of the output, in Base64. */
  tail: string;
  facts: Facts;
  durationMs: number | null;
};

/** What the wrapper tells its sender, a JSON line each. The end of the stream without an end: the wrapper was killed. */
export type Message =
  | { kind: "begin"; record: RunRecord; job: number | null; jobBegan: string | null; lease: LeaseRef | null }
  | { kind: "note"; text: string }
  | { kind: "end"; ended: NonNullable<RunRecord["ended"]> };

export function momentNow(): Moment {
  return { at: Date.now(), uptime: uptimeSeconds() };
}

export function bootId(): string | null {
  return readText("/proc/sys/kernel/random/boot_id")?.trim() ?? null;
}

/** How long ago it was, in milliseconds: by the clock since boot, unless the machine was started again since. */
export function ageOf(moment: Moment, bootedAs: string | null): number {
  const now = momentNow();
  const isSameBoot = bootedAs !== null && bootedAs === bootId();
  const ms =
    isSameBoot && moment.uptime !== null && now.uptime !== null
      ? (now.uptime - moment.uptime) * 1_000
      : now.at - moment.at;
  return Math.max(0, Math.round(ms));
}
