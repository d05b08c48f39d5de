import type { ReactNode } from "react";

import { useNow } from "../time/clock.ts";
import { durationText, secondsInWords } from "../time/duration.ts";
import { Ago, Exact } from "../ui/time.tsx";
import { Fact } from "../ui/card.tsx";
import type { CheckView } from "./check-queries.ts";
import { Countdown, LiveStatus } from "./status-badge.tsx";
import { scheduleZone } from "./schedule-queries.ts";
import { statusAt, waitingOf } from "./status.ts";
import styles from "./status-panel.module.css";

/** How a check is: its status, what was expected when, and what was heard last. `because`: why it is down. */
export function StatusPanel({ check, because }: { check: CheckView; because: ReactNode }) {
  const zone = scheduleZone(check.schedule);
  const zoned = zone ? { zone } : {};
  return (
    <section
      className={styles["panel"]}
      data-status={statusAt(waitingOf(check), useNow())}
      aria-label="Status"
    >
      <div className={styles["now"]}>
        <LiveStatus check={check} large />
        <strong className={styles["countdown"]}>
          <Countdown check={check} />
        </strong>
      </div>
      {check.status === "down" && <div className={styles["because"]}>{because}</div>}
      <dl className={styles["facts"]}>
        <Fact label="Schedule">{check.scheduleText}</Fact>
        {check.expectedAt !== null && (
          <Fact label="Expected">
            <Exact at={check.expectedAt} {...zoned} />
          </Fact>
        )}
        {check.deadlineAt !== null && check.status !== "down" && (
          <Fact label="Down unless heard by">
            <Exact at={check.deadlineAt} {...zoned} />
          </Fact>
        )}
        {check.maintenance !== null && (
          <Fact label="Maintenance: nothing is judged until">
            <Exact at={check.maintenance.until} {...zoned} />
          </Fact>
        )}
        <Fact label="Grace">{secondsInWords(check.graceSeconds)}</Fact>
        <Fact label="Last ping">
          {check.lastPingAt === null ? "never" : <Ago at={check.lastPingAt} {...zoned} />}
        </Fact>
        {check.lastSuccessAt !== null && check.lastSuccessAt !== check.lastPingAt && (
          <Fact label="Last success">
            <Ago at={check.lastSuccessAt} {...zoned} />
          </Fact>
        )}
        {check.lastDurationMs !== null && (
          <Fact label="Last run took">{durationText(check.lastDurationMs)}</Fact>
        )}
      </dl>
    </section>
  );
}
