import { useMemo } from "react";

import { useAsOfNow } from "../time/clock.ts";
import { AnnounceChanges } from "../ui/announce.tsx";
import { checkName } from "./check-name.ts";
import type { CheckView } from "./check-queries.ts";
import { CheckRow } from "./check-row.tsx";
import { type Selection, selectChecks } from "./check-selection.ts";
import { STATUS_WORDS, statusAt } from "./status.ts";
import { useCheckActions } from "./use-check-actions.tsx";
import { waitingOf } from "./waiting.ts";
import styles from "./check-list.module.css";

type Props = { projectId: string; checks: readonly CheckView[]; selection: Selection };

/** The checks of a selection. */
export function CheckList({ projectId, checks, selection }: Props) {
  const actions = useCheckActions(projectId);
  // Order and membership may change by the clock alone, but not for less than ten seconds of it.
  const now = useAsOfNow((at) => Math.floor(at / 10_000) * 10_000);
  const shown = useMemo(() => selectChecks(checks, selection, now), [checks, selection, now]);
  const words = useMemo(() => statusWords(checks, now), [checks, now]);
  return (
    <>
      <AnnounceChanges words={words} />
      {shown.length === 0 ? (
        <p className={styles["none"]}>No check fits this filter.</p>
      ) : (
        <div className={styles["list"]}>
          <div className={styles["heads"]} aria-hidden>
            <span>Status</span>
            <span>Check</span>
            <span>Schedule</span>
            <span>Last ping</span>
            <span>Next</span>
          </div>
          <ul className={styles["rows"]} aria-label="Checks">
            {shown.map((check) => (
              <CheckRow key={check.id} check={check} actions={actions} />
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

function statusWords(checks: readonly CheckView[], now: number): ReadonlyMap<string, string> {
  return new Map(
    checks.map((check) => [checkName(check), STATUS_WORDS[statusAt(waitingOf(check), now)].toLowerCase()]),
  );
}
