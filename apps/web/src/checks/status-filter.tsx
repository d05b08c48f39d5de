import type { DisplayStatus } from "@overdue/core";
import { Link } from "@tanstack/react-router";

import { useAsOfNow } from "../time/clock.ts";
import type { CheckView } from "./check-queries.ts";
import { countByStatus, type Selection } from "./check-selection.ts";
import { STATUS_WORDS } from "./status.ts";
import styles from "./status-filter.module.css";

type Props = { checks: readonly CheckView[]; selection: Selection };

/** How many checks have each status; each leads to the list of them. */
export function StatusFilter({ checks, selection }: Props) {
  const now = useAsOfNow((at) => Math.floor(at / 10_000) * 10_000);
  const counts = countByStatus(checks, now);
  return (
    <nav className={styles["filter"]} aria-label="Filter by status">
      <StatusLink count={checks.length} status={undefined} open={selection.status === undefined} />
      {[...counts].map(([status, count]) =>
        count > 0 || selection.status === status ? (
          <StatusLink key={status} status={status} count={count} open={selection.status === status} />
        ) : null,
      )}
    </nav>
  );
}

function StatusLink({
  status,
  count,
  open,
}: {
  status: DisplayStatus | undefined;
  count: number;
  open: boolean;
}) {
  return (
    <Link
      from="/projects/$projectId/checks"
      to="."
      search={(now) => ({ ...now, status })}
      className={styles["choice"]}
      data-status={status}
      data-open={open || undefined}
      aria-current={open ? "true" : undefined}
    >
      <span>{status === undefined ? "All" : STATUS_WORDS[status]}</span>
      <strong>{count}</strong>
    </Link>
  );
}
