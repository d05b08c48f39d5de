import { type Instant, nextAfter } from "@overdue/schedules";
import type { Check } from "./check.ts";
import type { CheckSettings } from "./settings.ts";
import { expectedBy } from "./draft.ts";
import type { Memory } from "./memory.ts";
import { slotDeadline } from "./deadlines/postpone-deadlines.ts";

/** A check without any ping yet. It waits for its first slot only if `alertBeforeFirstPing` is set. */
export function newCheck(id: string, createdAt: Instant, settings: CheckSettings): Check {
  const slotAt = settings.alertBeforeFirstPing ? nextAfter(settings.schedule, createdAt) : null;
  const memory = emptyMemory(createdAt, slotAt);
  return {
    id,
    createdAt,
    settings,
    state: {
      status: "new",
      deadlineSeq: 0,
      pingCount: 0,
      lastPingAt: null,
      lastStartAt: null,
      lastDurationMs: null,
      expectedAt: expectedBy(settings, slotAt),
      deadlineAt: slotAt === null ? null : slotDeadline(settings, memory.outages, slotAt),
      memory,
    },
  };
}

function emptyMemory(at: Instant, slotAt: Instant | null): Memory {
  return {
    openRuns: [],
    recentRuns: [],
    endOnlyRun: null,
    evaluatedAt: at,
    verdictAt: null,
    flippedAt: null,
    clearedAt: null,
    receivedAt: null,
    slotAt,
    lastSlot: null,
    lastSlotFinal: false,
    verdicts: [],
    goodInARow: 0,
    burst: { slotAt: null, at: [] },
    slotHost: null,
    outages: [],
    outageUntil: null,
    durations: [],
    deferred: [],
    backlog: [],
  };
}
