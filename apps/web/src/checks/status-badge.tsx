import type { DisplayStatus } from "@overdue/core";
import {
  IconCircleCheck,
  IconCircleX,
  IconHourglassHigh,
  IconLoader,
  IconPlayerPause,
  IconSparkles,
} from "@tabler/icons-react";

import { countdownText, STATUS_LABELS, statusAt, checkTiming } from "./status.ts";
import styles from "./status-badge.module.css";
import { useComputedFromNow } from "../time/clock.ts";

const ICONS = {
  up: IconCircleCheck,
  grace: IconHourglassHigh,
  down: IconCircleX,
  new: IconSparkles,
  paused: IconPlayerPause,
} satisfies Record<DisplayStatus, typeof IconCircleCheck>;

/** The icon of a status, or of an open run. */
export function StatusIcon({ status }: { status: DisplayStatus | "running" }) {
  const Icon = status === "running" ? IconLoader : ICONS[status];
  return <Icon size={16} aria-hidden />;
}

/** A status as an icon, a word and a colour, because not everybody can tell all three apart. */
function StatusBadge({ status, large = false }: { status: DisplayStatus; large?: boolean }) {
  const Icon = ICONS[status];
  return (
    <span className={styles["badge"]} data-status={status} data-large={large || undefined}>
      <Icon size={large ? 20 : 16} aria-hidden />
      {STATUS_LABELS[status]}
    </span>
  );
}

type TimedCheck = Parameters<typeof checkTiming>[0];

/** What a check waits for, updated every second. Screen readers read it only on request. */
export function Countdown({ check }: { check: TimedCheck }) {
  const timing = checkTiming(check);
  return <span role="timer">{useComputedFromNow((now) => countdownText(timing, now))}</span>;
}

/** The status of a check, updated as time passes. */
export function LiveStatus({ check, large = false }: { check: TimedCheck; large?: boolean }) {
  const timing = checkTiming(check);
  return <StatusBadge status={useComputedFromNow((now) => statusAt(timing, now))} large={large} />;
}
