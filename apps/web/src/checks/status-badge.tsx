import type { DisplayStatus } from "@overdue/core";
import {
  IconCircleCheck,
  IconCircleX,
  IconHourglassHigh,
  IconPlayerPause,
  IconSparkles,
} from "@tabler/icons-react";

import { countdownText, STATUS_WORDS, statusAt, waitingOf } from "./status.ts";
import styles from "./status-badge.module.css";
import { useAsOfNow } from "../time/clock.ts";

const ICONS = {
  up: IconCircleCheck,
  grace: IconHourglassHigh,
  down: IconCircleX,
  new: IconSparkles,
  paused: IconPlayerPause,
} satisfies Record<DisplayStatus, typeof IconCircleCheck>;

/** A status as an icon, a word and a colour: no one of them alone. */
function StatusBadge({ status, large = false }: { status: DisplayStatus; large?: boolean }) {
  const Icon = ICONS[status];
  return (
    <span className={styles["badge"]} data-status={status} data-large={large || undefined}>
      <Icon size={large ? 20 : 16} aria-hidden />
      {STATUS_WORDS[status]}
    </span>
  );
}

type TimedCheck = Parameters<typeof waitingOf>[0];

/** What a check waits for, every second anew; a screen reader reads it when it is asked to, not every second. */
export function Countdown({ check }: { check: TimedCheck }) {
  const waiting = waitingOf(check);
  return <span role="timer">{useAsOfNow((now) => countdownText(waiting, now))}</span>;
}

/** A check's status as the clock has it. */
export function LiveStatus({ check, large = false }: { check: TimedCheck; large?: boolean }) {
  const waiting = waitingOf(check);
  return <StatusBadge status={useAsOfNow((now) => statusAt(waiting, now))} large={large} />;
}
