import { useAsOfNow } from "../time/clock.ts";
import { countdownText } from "./countdown.ts";
import { StatusBadge } from "./status-badge.tsx";
import { statusAt } from "./status.ts";
import { waitingOf } from "./waiting.ts";

type Seen = Parameters<typeof waitingOf>[0];

/** What a check waits for, every second anew; a screen reader reads it when it is asked to, not every second. */
export function Countdown({ check }: { check: Seen }) {
  const waiting = waitingOf(check);
  return <span role="timer">{useAsOfNow((now) => countdownText(waiting, now))}</span>;
}

/** A check's status as the clock has it. */
export function LiveStatus({ check, large = false }: { check: Seen; large?: boolean }) {
  const waiting = waitingOf(check);
  return <StatusBadge status={useAsOfNow((now) => statusAt(waiting, now))} large={large} />;
}
