import { IconAlertTriangle, IconCircleCheck, IconCircleDashed, IconHourglass } from "@tabler/icons-react";

import { Mark } from "../ui/mark.tsx";
import type { ChannelView } from "./channel-queries.ts";

type Props = { channel: Pick<ChannelView, "brokenAt" | "restsUntil" | "lastSentAt"> };

/** Whether alerts get through. */
export function ChannelState({ channel }: Props) {
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
