import { IconAlertTriangle, IconCircleCheck, IconCircleDashed } from "@tabler/icons-react";

import { Mark } from "../ui/mark.tsx";
import type { ChannelView } from "./channel-queries.ts";

/** Whether alerts get through. */
export function ChannelState({ channel }: { channel: Pick<ChannelView, "brokenAt" | "lastSentAt"> }) {
  if (channel.brokenAt !== null) {
    return (
      <Mark icon={IconAlertTriangle} tone="bad">
        Broken
      </Mark>
    );
  }
  return channel.lastSentAt === null ? (
    <Mark icon={IconCircleDashed} tone="quiet">
      Not tried yet
    </Mark>
  ) : (
    <Mark icon={IconCircleCheck} tone="good">
      Working
    </Mark>
  );
}
