import type { DisplayStatus } from "@overdue/core";
import {
  IconCircleCheck,
  IconCircleX,
  IconHourglassHigh,
  IconPlayerPause,
  IconSparkles,
} from "@tabler/icons-react";

import { STATUS_WORDS } from "./status.ts";
import styles from "./status-badge.module.css";

const ICONS = {
  up: IconCircleCheck,
  grace: IconHourglassHigh,
  down: IconCircleX,
  new: IconSparkles,
  paused: IconPlayerPause,
} satisfies Record<DisplayStatus, typeof IconCircleCheck>;

/** A status as an icon, a word and a colour: no one of them alone. */
export function StatusBadge({ status, large = false }: { status: DisplayStatus; large?: boolean }) {
  const Icon = ICONS[status];
  return (
    <span className={styles["badge"]} data-status={status} data-large={large || undefined}>
      <Icon size={large ? 20 : 16} aria-hidden />
      {STATUS_WORDS[status]}
    </span>
  );
}
