import { decodeMarks, type Mark, type SlotRecord, slotText, stripMarks } from "@overdue/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { slotsQuery, type SlotView } from "../history/history-queries.ts";
import { browserZone, instant, shortZonedText } from "../time/zones.ts";
import { Strip } from "./strip.tsx";

type Props = {
  projectId: string;
  check: { id: string; name: string; strip?: string | undefined };
  pitch?: number;
};

/** The strip of a check in the list. The texts of its marks are read only when somebody points at one. */
export function CheckStrip({ projectId, check, pitch = 6 }: Props) {
  const [needsTexts, setNeedsTexts] = useState(false);
  const marks = useMemo(() => decodeMarks(check.strip ?? ""), [check.strip]);
  const { data } = useInfiniteQuery({ ...slotsQuery({ projectId, checkId: check.id }), enabled: needsTexts });
  const texts = data === undefined ? null : markTexts(marks, data);
  // In a long list the strips are loaded after the rows.
  if (check.strip === undefined) return null;
  return (
    <Strip
      marks={marks}
      label={`The last runs of ${check.name}`}
      explain={(index) => texts?.[index] ?? (texts === null ? null : "No longer the newest: reload the page")}
      onInterest={() => setNeedsTexts(true)}
      pitch={pitch}
    />
  );
}

const NEWEST_RUNS = 40;
export const NEWEST_RUNS_TITLE = `Last ${NEWEST_RUNS} runs`;

type NewestProps = {
  check: { projectId: string; checkId: string };
  status: Parameters<typeof stripMarks>[1]["status"];
  isRunning: boolean;
};

/** The strip of a check on its own page, drawn from its slots. */
export function NewestRuns({ check, status, isRunning }: NewestProps) {
  const { data: slots = [] } = useInfiniteQuery(slotsQuery(check));
  const marks = stripMarks(slots.slice(0, NEWEST_RUNS).toReversed().map(slotRecord), { status, isRunning });
  const texts = markTexts(marks, slots);
  const explain = (index: number) => texts[index] ?? null;
  return <Strip marks={marks} label={NEWEST_RUNS_TITLE} explain={explain} pitch={7} height={28} />;
}

/** A text for each mark of a strip. `slots`: those from which it was drawn, newest first, as the API lists them. */
export function markTexts(marks: readonly Mark[], slots: readonly SlotView[]): string[] {
  const extra = trailingMarks(marks, slots);
  const drawn = slots.slice(0, marks.length - extra.length).toReversed();
  return [
    ...drawn.map((slot) => slotText(slotRecord(slot), (at) => shortZonedText(at, browserZone()))),
    ...extra,
  ];
}

/** The texts of the marks at the end that are not slots: an open run, and a pause. */
function trailingMarks(marks: readonly Mark[], [newest]: readonly SlotView[]): string[] {
  const isPaused = marks.at(-1)?.kind === "paused";
  const last = isPaused ? marks.at(-2) : marks.at(-1);
  const isExtraRun = last?.kind === "running" && newest?.run?.outcome !== "running";
  return [...(isExtraRun ? ["Running"] : []), ...(isPaused ? ["Paused"] : [])];
}

/** A slot of the API as core's functions take it. */
function slotRecord({ dueAt, outcome, lateMs, because, run }: SlotView): SlotRecord {
  return {
    dueAt: instant(dueAt),
    outcome,
    lateMs,
    because,
    durationMs: run?.durationMs ?? null,
    exitStatus: run?.exitStatus ?? null,
    overlong: run?.overlong ?? false,
    isRunning: run?.outcome === "running",
  };
}
