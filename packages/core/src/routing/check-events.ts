import type { Instant } from "@overdue/schedules";
import type { Check, Reason } from "../checks/check.ts";
import type { Effect, Evidence, Run } from "../checks/event.ts";
import { isInMaintenance } from "../checks/deadlines/postpone-deadlines.ts";

/** A run that ended. */
export type RunEvent = {
  kind: "run";
  run: Run & { outcome: "success" | "fail" | "lost"; endedAt: Instant };
  /** What was noticed about the run, such as that it took longer than usual. */
  noticed: { notice: Reason; evidence: Evidence } | null;
  /** Its end changed the status in a way that people are notified of. */
  changesStatus: boolean;
  /** It ended in a maintenance window. */
  isInMaintenance: boolean;
};

/**
 * Something worth a look that changes no status. `runId` names the run that it is about. A notice about the schedule has
 * no reason.
 */
type NoticeEvent = {
  kind: "notice";
  at: Instant;
  notice: Reason | null;
  evidence: Evidence | null;
  runId: string | null;
  isInMaintenance: boolean;
};

/** What may happen to a check, besides changes of status, that a route can notify of. */
export type CheckEvent = RunEvent | NoticeEvent;

/**
 * The events in the effects of one fold, in order. `endedRunIds` are the runs whose outcome is new with this fold. Further
 * details about a run that was reported already are no event; neither is a run that a pause abandoned, nor a start that
 * probably repeated the start before.
 */
export function checkEventsOf(
  check: Check,
  effects: readonly Effect[],
  endedRunIds: ReadonlySet<string>,
): CheckEvent[] {
  const runs = new Map(
    effects.flatMap((effect) => (effect.kind === "run" ? [[effect.run.id, effect.run] as const] : [])),
  );
  const ended = [...runs.values()].flatMap((run) =>
    endedRunIds.has(run.id) && !isNoEvent(check, run) ? runEvents(check, run, effects) : [],
  );
  return [...ended, ...effects.flatMap((effect) => noticeEvents(check, effect))];
}

function isNoEvent({ state }: Check, { outcome, guessed }: Run): boolean {
  return outcome === "lost" && (guessed || state.status === "paused");
}

function runEvents({ settings }: Check, run: Run, effects: readonly Effect[]): RunEvent[] {
  const { outcome, endedAt } = run;
  if (outcome === "running" || endedAt === null) return [];
  const noticed = effects.find(
    (effect) =>
      effect.kind === "notice" &&
      effect.evidence.runId === run.id &&
      (effect.evidence.baseline ?? effect.evidence.metrics),
  );
  return [
    {
      kind: "run",
      run: { ...run, outcome, endedAt },
      noticed:
        noticed?.kind === "notice" && noticed.notice !== "edited"
          ? { notice: noticed.notice, evidence: noticed.evidence }
          : null,
      changesStatus: effects.some((effect) => isStatusChangeBy(run, effect)),
      isInMaintenance: isInMaintenance(settings, endedAt),
    },
  ];
}

function isStatusChangeBy({ id, endedAt }: Run, effect: Effect): boolean {
  if (effect.kind === "incident-opened") return effect.evidence.runId === id;
  return effect.kind === "flip" && effect.flip.alerts && effect.flip.at === endedAt;
}

/** An edit is no event, since the person who made it knows of it. */
function noticeEvents({ settings }: Check, effect: Effect): NoticeEvent[] {
  if (effect.kind !== "notice" || effect.notice === "edited") return [];
  const { at, notice, evidence } = effect;
  return [
    {
      kind: "notice",
      at,
      notice,
      evidence,
      runId: evidence.runId,
      isInMaintenance: isInMaintenance(settings, at),
    },
  ];
}
