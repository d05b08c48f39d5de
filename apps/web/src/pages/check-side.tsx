import { checkName } from "@overdue/core";

import { CheckChannels } from "../channels/check-channels.tsx";
import { BadgeCard } from "../checks/badge-card.tsx";
import type { CheckView } from "../checks/check-queries.ts";
import { SettingsCard } from "../checks/settings-card.tsx";

/** Who gets notified of a check, how it is set, and its badge. */
// oxlint-disable-next-line import/no-default-export -- React loads it by itself
export default function CheckSide({ check }: { check: CheckView }) {
  return (
    <>
      <CheckChannels projectId={check.projectId} channelIds={check.channelIds} />
      <SettingsCard check={check} />
      <BadgeCard name={checkName(check)} badgeUrl={check.badgeUrl} />
    </>
  );
}
