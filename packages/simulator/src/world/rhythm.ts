import type { Instant } from "@overdue/schedules";
import type { Random } from "../random.ts";
import { MINUTE, SECOND, spanAt, type Faults } from "../history/history.ts";

/** How the checkers of a world work; no rhythm may change a verdict. */
export type Rhythm = {
  /** From one look at the due checks to the next. */
  tickMs: number;
  /** How far the proof of receiving is behind the clock. */
  watermarkLagMs: number;
  /** Looks only when `wakeAt` says so; else at every tick in which something could be due. */
  lazy: boolean;
  /** Of 1: how often a second checker comes right after with an older watermark, or another one loses the race. */
  races: number;
};

export function makeRhythm(random: Random): Rhythm {
  return {
    tickMs: random.pick([SECOND, SECOND, 5 * SECOND, MINUTE]),
    watermarkLagMs: random.pick([0, SECOND, 5 * SECOND]),
    lazy: random.chance(0.8),
    races: random.pick([0, 0.05, 0.5]),
  };
}

/** What stops receivers and checkers, and how the checkers work. */
type World = { faults: Faults; rhythm: Rhythm };

/** Until when every receiver can prove at `clock` to have committed everything, by its own clock and despite its stalls. */
export function watermarkAt({ faults, rhythm }: World, clock: Instant): Instant {
  const provenUntil = spanAt(faults.outages, clock)?.from ?? clock - rhythm.watermarkLagMs;
  const proofs = faults.receivers.map((receiver) => {
    const stalledSince = spanAt(receiver.stalls, clock)?.from ?? provenUntil;
    return Math.min(provenUntil, stalledSince) + receiver.skewMs;
  });
  return Math.min(clock, ...proofs);
}

/** The first tick from `clock` on at which a checker runs and may evaluate up to `wakeAt`. */
export function nextLook(world: World, clock: Instant, wakeAt: Instant): Instant {
  let at = onTick(world.rhythm, Math.max(clock, wakeAt));
  for (;;) {
    const pausedUntil = spanAt(world.faults.checkerPauses, at)?.until;
    const outageUntil = spanAt(world.faults.outages, at)?.until;
    if (pausedUntil !== undefined) at = onTick(world.rhythm, pausedUntil);
    else if (watermarkAt(world, at) >= wakeAt) return at;
    else at = onTick(world.rhythm, Math.max(outageUntil ?? 0, at + 1));
  }
}

function onTick(rhythm: Rhythm, at: Instant): Instant {
  return Math.ceil(at / rhythm.tickMs) * rhythm.tickMs;
}
