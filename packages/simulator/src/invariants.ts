import type { Flip, Run } from "@overdue/core";
import type { History } from "./history/history.ts";
import type { Rows } from "./world/rows.ts";

/** What must hold of any history, whatever the oracle says. Answers with what does not. */
export function brokenInvariants(rows: Rows, history: History): string[] {
  return [
    ...flipsAlternate(rows.flips),
    ...eachAlertHasItsIncident(rows),
    ...nothingIsLost(rows, history),
    ...[...rows.runs.values()].flatMap(contradiction),
    ...slotsAreWatched(rows, history),
  ];
}

function flipsAlternate(flips: readonly Flip[]): string[] {
  return flips.flatMap((flip, order) => {
    const before = flips[order - 1];
    if (flip.from === flip.to) return [`a flip at ${flip.at} from ${flip.from} to itself`];
    if (before === undefined) return flip.from === "new" ? [] : [`the first flip is from ${flip.from}`];
    if (flip.from !== before.to)
      return [`a flip at ${flip.at} is from ${flip.from}, but the check was ${before.to}`];
    return flip.at < before.at ? [`a flip at ${flip.at} is older than the one before it`] : [];
  });
}

function eachAlertHasItsIncident({ flips, incidents }: Rows): string[] {
  const alerting = flips
    .filter((flip) => flip.alerts && flip.to === "down")
    .map(({ deadlineSeq }) => deadlineSeq);
  const opened = incidents.map(({ deadlineSeq }) => deadlineSeq);
  return String(alerting) === String(opened)
    ? []
    : [`down flips ${alerting.join()}, but incidents ${opened.join()}`];
}

function nothingIsLost(rows: Rows, { entries }: History): string[] {
  const sent = entries.flatMap(({ event }) => (event.kind === "ping" ? [event.ping.id] : []));
  const stored = rows.pings.map(({ id }) => id);
  return String(sent) === String(stored)
    ? []
    : [`${sent.length} pings committed, ${stored.length} stored, or others`];
}

function contradiction(run: Run): string[] {
  const ended = run.endedAt !== null;
  if (ended !== (run.outcome !== "running")) return [`run ${run.id} is ${run.outcome}, ended ${run.endedAt}`];
  if (run.durationMs !== null && run.durationMs < 0) return [`run ${run.id} took ${run.durationMs} ms`];
  return [];
}

function slotsAreWatched({ slots }: Rows, history: History): string[] {
  const outside = [...slots.values()].filter(({ dueAt }) => dueAt <= history.begin);
  return outside.map(({ dueAt }) => `a slot at ${dueAt}, before the check was there`);
}
