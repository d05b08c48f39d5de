import {
  IconAlertTriangle,
  IconBan,
  IconCircleCheck,
  IconCircleDashed,
  IconHourglass,
  IconLockQuestion,
  IconMailQuestion,
} from "@tabler/icons-react";

import { useComputedFromNow } from "../time/clock.ts";
import { instant } from "../time/zones.ts";
import { StatusLabel } from "../ui/status-label.tsx";
import type { ChannelView } from "./channel-queries.ts";

type ShownChannel = Pick<
  ChannelView,
  "isUnreadable" | "brokenAt" | "brokenBy" | "unconfirmedSince" | "restsUntil" | "lastSentAt" | "lastTrial"
>;

/** A label that says whether messages to a channel arrive. */
export function ChannelState({ channel }: { channel: ShownChannel }) {
  const isResting = useComputedFromNow((now) => (instant(channel.restsUntil) ?? 0) > now);
  if (channel.isUnreadable) {
    return (
      <StatusLabel icon={IconLockQuestion} tone="bad">
        Cannot be opened
      </StatusLabel>
    );
  }
  if (channel.brokenBy === "recipient") {
    return (
      <StatusLabel icon={IconBan} tone="bad">
        Unsubscribed
      </StatusLabel>
    );
  }
  if (channel.unconfirmedSince !== null && channel.brokenAt === null) {
    return (
      <StatusLabel icon={IconMailQuestion} tone="warn">
        Waiting for confirmation
      </StatusLabel>
    );
  }
  if (channel.brokenAt !== null) {
    return (
      <StatusLabel icon={IconAlertTriangle} tone="bad">
        Broken
      </StatusLabel>
    );
  }
  if (channel.restsUntil !== null) {
    return isResting ? (
      <StatusLabel icon={IconHourglass} tone="warn">
        Paused after errors
      </StatusLabel>
    ) : (
      <StatusLabel icon={IconAlertTriangle} tone="bad">
        Last attempts failed
      </StatusLabel>
    );
  }
  const { lastTrial, lastSentAt } = channel;
  const hasFailed = lastTrial?.kind === "test" && lastTrial.state === "failed";
  // The API's times can be compared as text.
  if (hasFailed && (lastSentAt ?? "") < lastTrial.createdAt) {
    return (
      <StatusLabel icon={IconAlertTriangle} tone="bad">
        Last test failed
      </StatusLabel>
    );
  }
  return lastSentAt === null ? (
    <StatusLabel icon={IconCircleDashed} tone="neutral">
      Not tested yet
    </StatusLabel>
  ) : (
    <StatusLabel icon={IconCircleCheck} tone="good">
      Working
    </StatusLabel>
  );
}
