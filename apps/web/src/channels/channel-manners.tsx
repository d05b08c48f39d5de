import { channelKinds, isKindName } from "@overdue/channels";
import { NativeSelect, Stack } from "@mantine/core";

import { Card } from "../ui/card.tsx";
import { collectText, groupsText, spansWith } from "./manners-text.ts";
import { type ChannelPart, useChangeChannel } from "./use-change-channel.ts";

/** How much at once a channel is told: each alert, a storm as one message, or a digest. */
export function ChannelManners(part: ChannelPart) {
  const { channel } = part;
  const change = useChangeChannel(part);
  return (
    <Card title="How much at once">
      <Stack>
        <NativeSelect
          label="It is told"
          description="What is collected comes as one message that counts and names each. News of critical checks come at once in any case."
          value={String(channel.collectMinutes)}
          onChange={({ currentTarget }) => change({ collectMinutes: Number(currentTarget.value) })}
          data={spansWith(channel.collectMinutes).map((minutes) => ({
            value: String(minutes),
            label: collectText(minutes),
          }))}
        />
        <NativeSelect
          label="Alerts that share a host, an address, a tag or a dependency"
          description="The first goes at once; what follows comes together, within a minute."
          value={String(channel.groups)}
          onChange={({ currentTarget }) => change({ groups: GROUPS[currentTarget.value] ?? null })}
          data={[
            { value: "null", label: `${groupsText(null)}: ${groupsText(groupsByKind(channel.kind))}` },
            { value: "true", label: groupsText(true) },
            { value: "false", label: groupsText(false) },
          ]}
        />
      </Stack>
    </Card>
  );
}

const GROUPS: Record<string, boolean> = { true: true, false: false };

function groupsByKind(kind: string): boolean {
  return isKindName(kind) && kind !== "group" && !channelKinds[kind].forMachines;
}
