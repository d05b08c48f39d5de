import { Collapse, UnstyledButton } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useId, useState } from "react";

import { Ago } from "../ui/ago.tsx";
import { Attempts } from "./delivery-progress.tsx";
import type { DeliveryView } from "./delivery-queries.ts";
import { DeliveryState } from "./delivery-state.tsx";
import { Receipt } from "./receipt.tsx";
import styles from "./delivery-list.module.css";

export type Names = { checks: ReadonlyMap<string, string>; channels: ReadonlyMap<string, string> };
type Props = { projectId: string; deliveries: readonly DeliveryView[]; names: Names };

/** Alerts and tests, each with its tries. */
export function DeliveryList({ projectId, deliveries, names }: Props) {
  return (
    <ul className={styles["list"]}>
      {deliveries.map((delivery) => (
        <DeliveryItem key={delivery.id} projectId={projectId} delivery={delivery} names={names} />
      ))}
    </ul>
  );
}

const KINDS = {
  down: "Down alert",
  up: "Up again",
  test: "Test",
  reminder: "Still down",
  run: "Run",
  notice: "Notice",
  report: "Report",
  system: "About a channel",
  confirm: "Question for confirmation",
};

type ItemProps = { projectId: string; delivery: DeliveryView; names: Names; children?: ReactNode };

/** One alert or test; `children` stand below it. */
export function DeliveryItem({ projectId, delivery, names, children }: ItemProps) {
  const [open, setOpen] = useState(false);
  const panel = useId();
  const { kind, state, checkId, channelId, createdAt, nextAttemptAt } = delivery;
  return (
    <li className={styles["item"]}>
      <div className={styles["row"]}>
        <UnstyledButton
          onClick={() => setOpen(!open)}
          aria-expanded={open}
          aria-controls={panel}
          aria-label="Receipt and tries"
          className={styles["toggle"]}
          data-open={open || undefined}
        >
          <IconChevronRight size={18} aria-hidden />
        </UnstyledButton>
        <span className={styles["what"]}>
          <strong>{KINDS[kind]}</strong>
          {checkId !== null && (
            <>
              {" of "}
              <Link to="/projects/$projectId/checks/$checkId" params={{ projectId, checkId }}>
                {names.checks.get(checkId) ?? "a deleted check"}
              </Link>
            </>
          )}
          {" to "}
          {names.channels.get(channelId) ?? (kind === "system" ? "an owner, by e-mail" : "a deleted channel")}
        </span>
        <span>
          <DeliveryState state={state} />
          {state === "retry" && (
            <span className={styles["dimmed"]}>
              {" "}
              <Ago at={nextAttemptAt} />
            </span>
          )}
        </span>
        <span className={styles["dimmed"]}>
          <Ago at={createdAt} />
        </span>
      </div>
      {children !== undefined && <div className={styles["below"]}>{children}</div>}
      <Collapse expanded={open} id={panel}>
        <div className={styles["attempts"]}>
          <Receipt delivery={delivery} />
          {delivery.attempts.length === 0 && delivery.lastError === null ? (
            "No try yet."
          ) : (
            <Attempts delivery={delivery} />
          )}
          {delivery.uncertain && (
            <p className={styles["dimmed"]}>A try ended without an answer, so it may have arrived twice.</p>
          )}
        </div>
      </Collapse>
    </li>
  );
}
