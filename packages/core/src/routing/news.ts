import type { Instant } from "@overdue/schedules";
import type { Check, Reason } from "../checks/check.ts";
import type { Effect, Evidence, Run } from "../checks/event.ts";
import { isInMaintenance } from "../checks/outages.ts";

/** A run that ended. */
export type RunNews = {
  kind: "run";
  run: Run & { outcome: "success" | "fail" | "lost"; endedAt: Instant };
  /** What was noticed about it, such as that it took longer than usual. */
  noticed: { notice: Reason; evidence: Evidence } | null;
  /** Its end was a change of status that people are told of. */
  isChange: boolean;
  /** It ended in planned work. */
  isPlanned: boolean;
};

/** Something worth a look that is no change of status. `runId`: the run that it is about. Of the schedule: no reason. */
type NoticeNews = {
  kind: "notice";
  at: Instant;
  notice: Reason | null;
  evidence: Evidence | null;
  runId: string | null;
  isPlanned: boolean;
};

/** What happened to a check, beside its changes of status, that a route may tell of. */
export type News = RunNews | NoticeNews;

/**
 * What there is to tell of a check after these effects of folding, in order. `endedRunIds`: runs whose outcome was not
 * stored as it is before; what only says more about a run that was told is no news. Nor is a run that a pause gave up.
 */
export function newsOf(check: Check, effects: readonly Effect[], endedRunIds: ReadonlySet<string>): News[] {
  const runs = new Map(
    effects.flatMap((effect) => (effect.kind === "run" ? [[effect.run.id, effect.run] as const] : [])),
  );
  const told = [...runs.values()].flatMap((run) =>
    endedRunIds.has(run.id) && !isGivenUpByPause(check, run) ? runNews(check, run, effects) : [],
  );
  return [...told, ...effects.flatMap((effect) => noticeNews(check, effect))];
}

function isGivenUpByPause({ state }: Check, { outcome }: Run): boolean {
  return outcome === "lost" && state.status === "paused";
}

function runNews({ settings }: Check, run: Run, effects: readonly Effect[]): RunNews[] {
  const { outcome, endedAt } = run;
  if (outcome === "running" || endedAt === null) return [];
  const noticed = effects.find(
    (effect) => effect.kind === "notice" && effect.evidence.runId === run.id && effect.evidence.usual,
  );
  return [
    {
      kind: "run",
      run: { ...run, outcome, endedAt },
      noticed:
        noticed?.kind === "notice" && noticed.notice !== "edited"
          ? { notice: noticed.notice, evidence: noticed.evidence }
          : null,
      isChange: effects.some((effect) => isChangeBy(run, effect)),
      isPlanned: isInMaintenance(settings, endedAt),
    },
  ];
}

function isChangeBy({ id, endedAt }: Run, effect: Effect): boolean {
  if (effect.kind === "incident-opened") return effect.evidence.runId === id;
  return effect.kind === "flip" && effect.flip.alerts && effect.flip.at === endedAt;
}

/** That a check was edited was done by a person, who knows. */
function noticeNews({ settings }: Check, effect: Effect): NoticeNews[] {
  if (effect.kind !== "notice" || effect.notice === "edited") return [];
  const { at, notice, evidence } = effect;
  const isPlanned = isInMaintenance(settings, at);
  return [{ kind: "notice", at, notice, evidence, runId: evidence.runId, isPlanned }];
}
