import { IconTool } from "@tabler/icons-react";
import type { ReactNode } from "react";

import { useNow } from "../time/clock.ts";
import { durationText, secondsInWords } from "@overdue/core";
import { RelativeTime, ExactTime } from "../ui/time.tsx";
import { Fact } from "../ui/card.tsx";
import type { CheckView } from "./check-queries.ts";
import { Countdown, LiveStatus } from "./status-badge.tsx";
import { scheduleZone } from "./schedule-queries.ts";
import { statusAt, checkTiming } from "./status.ts";
import styles from "./status-panel.module.css";

type Props = {
  check: CheckView;
  /** Why the check is down, in a few words; shown only while it is down. */
  headline: ReactNode;
  /** Why the check is down, in detail; shown only while it is down. */
  because: ReactNode;
};

/** The status of a check in one sentence with its reason, what is expected when, and its last pings. */
export function StatusPanel({ check, headline, because }: Props) {
  const zone = scheduleZone(check.schedule);
  return (
    <section
      className={styles["panel"]}
      data-status={statusAt(checkTiming(check), useNow())}
      aria-label="Status"
    >
      <div className={styles["now"]}>
        <LiveStatus check={check} large />
        <strong className={styles["countdown"]}>
          {check.status === "down" ? headline : <Countdown check={check} />}
        </strong>
      </div>
      {check.maintenance !== null && <Maintenance until={check.maintenance.until} zone={zone} />}
      {check.status === "down" && <div className={styles["because"]}>{because}</div>}
      <dl className={styles["facts"]}>
        <Fact label="Schedule">{check.scheduleText}</Fact>
        {check.expectedAt !== null && (
          <Fact label="Expected">
            <ExactTime at={check.expectedAt} zone={zone} />
          </Fact>
        )}
        {check.deadlineAt !== null && check.status !== "down" && (
          <Fact label="Down unless it pings by">
            <ExactTime at={check.deadlineAt} zone={zone} />
          </Fact>
        )}
        <Fact label="Grace">{secondsInWords(check.graceSeconds)}</Fact>
        <Fact label="Last ping">
          {check.lastHeardAt === null ? "never" : <RelativeTime at={check.lastHeardAt} zone={zone} />}
        </Fact>
        {check.lastSuccessAt !== null && check.lastSuccessAt !== check.lastPingAt && (
          <Fact label="Last success">
            <RelativeTime at={check.lastSuccessAt} zone={zone} />
          </Fact>
        )}
        {check.lastDurationMs !== null && (
          <Fact label="Last run took">{durationText(check.lastDurationMs)}</Fact>
        )}
      </dl>
    </section>
  );
}

/** Says that a maintenance window holds back every alert of the check, and until when. */
function Maintenance({ until, zone }: { until: string; zone: string | undefined }) {
  return (
    <p className={styles["maintenance"]}>
      <IconTool size={18} aria-hidden />
      <span>
        <strong>In maintenance</strong> until <ExactTime at={until} zone={zone} />: deadlines are excluded,
        and nobody is notified.
      </span>
    </p>
  );
}
