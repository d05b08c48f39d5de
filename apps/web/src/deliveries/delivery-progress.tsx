import { useQuery } from "@tanstack/react-query";
import {
  IconCircleCheck,
  IconCircleX,
  IconClock,
  IconPlayerTrackNext,
  IconRefresh,
  IconSend,
} from "@tabler/icons-react";

import { Ago, Exact } from "../ui/time.tsx";
import { Trouble } from "../ui/listing.tsx";
import { deliveryQuery, type DeliveryView } from "./delivery-queries.ts";
import styles from "./delivery-progress.module.css";
import { Mark } from "../ui/status-label.tsx";

/** What becomes of one delivery, as it happens, with what the provider answered. */
export function DeliveryProgress({ projectId, deliveryId }: { projectId: string; deliveryId: string }) {
  const { data: delivery, error, refetch } = useQuery(deliveryQuery(projectId, deliveryId));
  if (error) return <Trouble error={error} retry={() => void refetch()} />;
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
        <strong>Test message:</strong> <DeliveryState state={delivery.state} />
        {delivery.state === "retry" && (
          <span>
            next try <Ago at={delivery.nextAttemptAt} />
          </span>
        )}
      </p>
      <Attempts delivery={delivery} />
    </>
  );
}

/** Every try, with the provider's own words. */
export function Attempts({ delivery }: { delivery: DeliveryView }) {
  const { attempts, lastError } = delivery;
  if (attempts.length === 0)
    return lastError === null ? null : <p className={styles["answer"]}>{lastError}</p>;
  return (
    <ol className={styles["attempts"]}>
      {attempts.map(({ attempt, startedAt, outcome, statusCode, answer }) => (
        <li key={attempt}>
          <span>
            Try {attempt}, <Exact at={startedAt} />: {OUTCOMES[outcome]}
            {statusCode !== null && ` (${statusCode})`}
          </span>
          {answer !== null && answer !== "" && <code className={styles["answer"]}>{answer}</code>}
        </li>
      ))}
    </ol>
  );
}

const OUTCOMES = { sent: "sent", retry: "not yet", failed: "failed" };

const STATES = {
  pending: { icon: IconClock, tone: "info", word: "Queued" },
  sending: { icon: IconSend, tone: "info", word: "Sending" },
  retry: { icon: IconRefresh, tone: "warn", word: "Will try again" },
  sent: { icon: IconCircleCheck, tone: "good", word: "Sent" },
  failed: { icon: IconCircleX, tone: "bad", word: "Failed" },
  superseded: { icon: IconPlayerTrackNext, tone: "quiet", word: "Overtaken" },
} as const;

/** How far a delivery has come. */
export function DeliveryState({ state }: { state: DeliveryView["state"] }) {
  const { icon, tone, word } = STATES[state];
  return (
    <Mark icon={icon} tone={tone}>
      {word}
    </Mark>
  );
}
