import {
  IconAlertTriangle,
  IconBan,
  IconCircleCheck,
  IconCircleDashed,
  IconHourglass,
  IconMailQuestion,
} from "@tabler/icons-react";

import { Mark } from "../ui/mark.tsx";
import type { ChannelView } from "./channel-queries.ts";

type Shown = Pick<ChannelView, "brokenAt" | "brokenBy" | "unconfirmedSince" | "restsUntil" | "lastSentAt">;

/** Whether alerts get through. */
export function ChannelState({ channel }: { channel: Shown }) {
  if (channel.brokenBy === "recipient") {
    return (
      <Mark icon={IconBan} tone="bad">
        Unsubscribed
      </Mark>
    );
  }
  if (channel.unconfirmedSince !== null && channel.brokenAt === null) {
    return (
      <Mark icon={IconMailQuestion} tone="warn">
        Waiting for confirmation
      </Mark>
    );
  }
  if (channel.brokenAt !== null) {
    return (
      <Mark icon={IconAlertTriangle} tone="bad">
        Broken
      </Mark>
    );
  }
  if (channel.restsUntil !== null) {
    return (
      <Mark icon={IconHourglass} tone="warn">
        Resting after errors
      </Mark>
    );
  }
  return channel.lastSentAt === null ? (
    <Mark icon={IconCircleDashed} tone="quiet">
      Not proven yet
    </Mark>
  ) : (
    <Mark icon={IconCircleCheck} tone="good">
      Working
    </Mark>
  );
}
