import { Button, Collapse, Group, UnstyledButton } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useId, useState } from "react";

import { RelativeTime, ExactTime } from "../ui/time.tsx";
import { Attempts, DeliveryState } from "./delivery-progress.tsx";
import { type DeliveryView, useDismiss, useRedeliver } from "./delivery-queries.ts";
import styles from "./delivery-list.module.css";
import { durationText } from "@overdue/core";
import { instant } from "../time/zones.ts";
import { EditorsOnly } from "../ui/role.tsx";
import { toast } from "../ui/toast.tsx";

type Names = { checks: ReadonlyMap<string, string>; channels: ReadonlyMap<string, string> };
type DeliveryListProps = { projectId: string; deliveries: readonly DeliveryView[]; names: Names };

/** Deliveries, each with its attempts. */
export function DeliveryList({ projectId, deliveries, names }: DeliveryListProps) {
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
  confirm: "Confirmation request",
};

type ItemProps = { projectId: string; delivery: DeliveryView; names: Names; children?: ReactNode };

/** One delivery; `children` are shown below it. */
function DeliveryItem({ projectId, delivery, names, children }: ItemProps) {
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
          aria-label="Receipt and attempts"
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
          {names.channels.get(channelId) ?? (delivery.toOwner ? "an owner, by e-mail" : "a deleted channel")}
        </span>
        <span>
          <DeliveryState state={state} />
          {state === "retry" && (
            <span className={styles["dimmed"]}>
              {" "}
              <RelativeTime at={nextAttemptAt} />
            </span>
          )}
        </span>
        <span className={styles["dimmed"]}>
          <RelativeTime at={createdAt} />
        </span>
      </div>
      {children !== undefined && <div className={styles["below"]}>{children}</div>}
      <Collapse expanded={open} id={panel}>
        <div className={styles["attempts"]}>
          <Receipt delivery={delivery} />
          {delivery.attempts.length === 0 && delivery.lastError === null ? (
            "No attempt yet."
          ) : (
            <Attempts delivery={delivery} />
          )}
          {delivery.uncertain && (
            <p className={styles["dimmed"]}>
              An attempt ended without a response, so the message may have arrived twice.
            </p>
          )}
        </div>
      </Collapse>
    </li>
  );
}

/** What is recorded about a delivery besides its attempts. */
function Receipt({ delivery }: { delivery: DeliveryView }) {
  const { state, createdAt, finishedAt, because, leaderId, providerRef, latencyMs, fallbackFor } = delivery;
  return (
    <dl className={styles["receipt"]}>
      <Line label="Queued">
        <ExactTime at={createdAt} />
      </Line>
      {because !== "" && <Line label="Because of">{because}</Line>}
      {finishedAt !== null && (
        <Line label={state === "sent" ? "Accepted" : "Ended"}>
          <ExactTime at={finishedAt} />, {durationText(instant(finishedAt) - instant(createdAt))} after it was
          queued
        </Line>
      )}
      {latencyMs !== null && <Line label="After the deadline">{durationText(latencyMs)}</Line>}
      {fallbackFor !== null && <Line label="Fallback for">another channel, which did not accept it</Line>}
      {leaderId !== null && <Line label="Message">Grouped with others in one message</Line>}
      {providerRef !== null && providerRef !== "" && (
        <Line label="The provider's id">
          <code>{providerRef}</code>
        </Line>
      )}
    </dl>
  );
}

function Line({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

type DeadLetterListProps = { projectId: string; letters: readonly DeliveryView[]; names: Names };

/** Deliveries that were given up, to be sent again or dismissed. */
export function DeadLetterList({ projectId, letters, names }: DeadLetterListProps) {
  const redeliver = useRedeliver(projectId);
  const dismiss = useDismiss(projectId);
  return (
    <ul className={styles["list"]}>
      {letters.map((letter) => (
        <DeliveryItem key={letter.id} projectId={projectId} delivery={letter} names={names}>
          {letter.lastError !== null && <p className={styles["dimmed"]}>{letter.lastError}</p>}
          {letter.dealtWithAt === null ? (
            <EditorsOnly>
              <Group gap="xs">
                <Button
                  size="compact-sm"
                  onClick={() =>
                    redeliver.mutate(letter.id, {
                      onSuccess: () => toast.success("Queued again."),
                      onError: toast.error,
                    })
                  }
                >
                  Send again
                </Button>
                <Button
                  variant="default"
                  size="compact-sm"
                  onClick={() =>
                    dismiss.mutate(letter.id, {
                      onSuccess: () => toast.success("Dismissed."),
                      onError: toast.error,
                    })
                  }
                >
                  Dismiss
                </Button>
              </Group>
            </EditorsOnly>
          ) : (
            <p className={styles["dimmed"]}>
              Handled <RelativeTime at={letter.dealtWithAt} />
            </p>
          )}
        </DeliveryItem>
      ))}
    </ul>
  );
}
