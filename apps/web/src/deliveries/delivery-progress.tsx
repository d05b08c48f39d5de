import { useQuery } from "@tanstack/react-query";
import {
  IconCircleCheck,
  IconCircleX,
  IconClock,
  IconPlayerTrackNext,
  IconRefresh,
  IconSend,
} from "@tabler/icons-react";

import { RelativeTime, ExactTime } from "../ui/time.tsx";
import { useInstanceText } from "../ui/role.tsx";
import { ErrorAlert } from "../ui/listing.tsx";
import { deliveryQuery, type DeliveryView } from "./delivery-queries.ts";
import styles from "./delivery-progress.module.css";
import { StatusLabel } from "../ui/status-label.tsx";

/** The progress of one delivery, updated live, with the responses of the provider. */
export function DeliveryProgress({ projectId, deliveryId }: { projectId: string; deliveryId: string }) {
  const { data: delivery, error, refetch } = useQuery(deliveryQuery(projectId, deliveryId));
  if (error) return <ErrorAlert error={error} retry={() => void refetch()} />;
  return (
    <div aria-live="polite" className={styles["progress"]}>
      {delivery ? <Progress delivery={delivery} /> : "Queued…"}
    </div>
  );
}

function Progress({ delivery }: { delivery: DeliveryView }) {
  return (
    <>
      <p className={styles["line"]}>
        <strong>{delivery.kind === "confirm" ? "Confirmation e-mail:" : "Test message:"}</strong>{" "}
        <DeliveryState state={delivery.state} />
        {delivery.state === "retry" && (
          <span>
            next attempt <RelativeTime at={delivery.nextAttemptAt} />
          </span>
        )}
      </p>
      <Attempts delivery={delivery} />
    </>
  );
}

/** The attempts of a delivery, each with the response of the provider. */
export function Attempts({ delivery }: { delivery: DeliveryView }) {
  const { attempts, lastError } = delivery;
  const instanceText = useInstanceText();
  if (attempts.length === 0)
    return lastError === null ? null : <p className={styles["answer"]}>{instanceText(lastError)}</p>;
  return (
    <ol className={styles["attempts"]}>
      {attempts.map(({ attempt, startedAt, outcome, statusCode, answer }) => (
        <li key={attempt}>
          <span>
            Attempt {attempt}, <ExactTime at={startedAt} />: {OUTCOMES[outcome]}
            {statusCode !== null && ` (${statusCode})`}
          </span>
          {answer !== null && answer !== "" && (
            <code className={styles["answer"]}>{instanceText(answer)}</code>
          )}
        </li>
      ))}
    </ol>
  );
}

const OUTCOMES = { sent: "sent", retry: "will be retried", failed: "failed" };

/** The look and the label of each state of a delivery. */
export const DELIVERY_STATES = {
  pending: { icon: IconClock, tone: "info", label: "Queued" },
  sending: { icon: IconSend, tone: "info", label: "Sending" },
  retry: { icon: IconRefresh, tone: "warn", label: "Will be retried" },
  sent: { icon: IconCircleCheck, tone: "good", label: "Sent" },
  failed: { icon: IconCircleX, tone: "bad", label: "Failed" },
  superseded: { icon: IconPlayerTrackNext, tone: "neutral", label: "Superseded" },
} as const;

/** The state of a delivery, as a label. */
export function DeliveryState({ state }: { state: DeliveryView["state"] }) {
  const { icon, tone, label } = DELIVERY_STATES[state];
  return (
    <StatusLabel icon={icon} tone={tone}>
      {label}
    </StatusLabel>
  );
}
