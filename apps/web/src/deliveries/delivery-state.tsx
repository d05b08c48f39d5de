import {
  IconCircleCheck,
  IconCircleX,
  IconClock,
  IconPlayerTrackNext,
  IconRefresh,
  IconSend,
} from "@tabler/icons-react";

import { Mark } from "../ui/mark.tsx";
import type { DeliveryView } from "./delivery-queries.ts";

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
