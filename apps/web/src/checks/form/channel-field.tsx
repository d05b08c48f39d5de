import { Checkbox, Stack, Text } from "@mantine/core";

import { TextLink } from "../../ui/page.tsx";
import { useCheckFormContext } from "./check-form-context.ts";

/** A channel as the form offers it. */
export type OfferedChannel = {
  id: string;
  name: string;
  hint: string;
  brokenAt: string | null;
  unconfirmedSince: string | null;
};

/** Who is told when the check goes down or comes up. */
export function ChannelField({
  channels,
  projectId,
}: {
  channels: readonly OfferedChannel[];
  projectId: string;
}) {
  const form = useCheckFormContext();
  if (channels.length === 0) {
    return (
      <Text c="dimmed">
        There is no channel yet, so nobody would be told.{" "}
        <TextLink to="/projects/$projectId/channels" params={{ projectId }}>
          Add a channel
        </TextLink>
      </Text>
    );
  }
  return (
    <Checkbox.Group
      label="Channels to tell"
      description="When the check goes down, and when it is up again."
      {...form.getInputProps("channelIds")}
    >
      <Stack gap="xs" mt="xs">
        {channels.map((channel) => (
          <Checkbox key={channel.id} value={channel.id} label={labelOf(channel)} description={channel.hint} />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}

function labelOf({ name, brokenAt, unconfirmedSince }: OfferedChannel): string {
  if (brokenAt !== null) return `${name} (broken)`;
  return unconfirmedSince === null ? name : `${name} (waiting for confirmation)`;
}
