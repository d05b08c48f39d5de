import type { ReactNode } from "react";

import { durationText } from "../time/duration.ts";
import { instant } from "../time/instant.ts";
import { Exact } from "../ui/exact.tsx";
import styles from "./delivery-list.module.css";
import type { DeliveryView } from "./delivery-queries.ts";

/** What is on record of a delivery beside its tries. */
export function Receipt({ delivery }: { delivery: DeliveryView }) {
  const { state, createdAt, finishedAt, because, leadId, providerRef, latencyMs, insteadOf } = delivery;
  return (
    <dl className={styles["receipt"]}>
      <Line label="Queued">
        <Exact at={createdAt} />
      </Line>
      {because !== "" && <Line label="Because of">{because}</Line>}
      {finishedAt !== null && (
        <Line label={state === "sent" ? "Accepted" : "Ended"}>
          <Exact at={finishedAt} />, {durationText(instant(finishedAt) - instant(createdAt))} after it was
          queued
        </Line>
      )}
      {latencyMs !== null && <Line label="From the deadline">{durationText(latencyMs)}</Line>}
      {insteadOf !== null && <Line label="Instead of">another channel, which did not take it</Line>}
      {leadId !== null && <Line label="Message">Told by one message together with others</Line>}
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
