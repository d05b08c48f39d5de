import { SECOND_MS } from "@overdue/schedules";
import { evidenceFrom, type Finding } from "./finding.ts";
import { arrivalsPerSlot, gapsOf, type History } from "./history.ts";

const SLOTS_MIN = 7;
const SHARE_MIN = 0.8;
const RUNS_PER_SLOT_MIN = 1.5;

/** Several runs in almost every slot: two schedulers alive, or a schedule that is not the job's. */
export function findSeveralPerSlot(history: History): Finding | null {
  const { schedule } = history;
  const counts =
    schedule.kind === "interval"
      ? crowdsOf(history, schedule.everySeconds * SECOND_MS)
      : arrivalsPerSlot(history);
  const crowded = counts.filter((count) => count > 1).length;
  if (counts.length < SLOTS_MIN || crowded < SHARE_MIN * counts.length) return null;
  // A long run may end in the next slot: then that has two, and its own has none.
  if (history.arrivals.length < RUNS_PER_SLOT_MIN * history.slots.length) return null;
  return {
    kind: "several-per-slot",
    sentence: `The job came more than once in ${crowded} of ${counts.length} slots: is it scheduled twice, or on two hosts?`,
    evidence: evidenceFrom(history.arrivals, { seen: counts.length, agreeing: crowded, offsetMs: null }),
    edit: { hostDuplicates: "note", overlap: "note" },
  };
}

/** Runs of an interval that come together, with about an interval between one crowd and the next. */
function crowdsOf({ arrivals }: History, everyMs: number): number[] {
  const counts = [1];
  for (const gap of gapsOf(arrivals)) {
    if (gap < everyMs / 4) counts.push((counts.pop() ?? 0) + 1);
    else if (gap < everyMs / 2) return [];
    else counts.push(1);
  }
  return counts;
}
