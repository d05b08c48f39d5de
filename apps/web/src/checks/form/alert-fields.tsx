import { Checkbox, MultiSelect, NativeSelect, Stack, Text } from "@mantine/core";

import { TextLink } from "../../ui/page.tsx";
import { useCheckFormContext } from "./check-form-values.ts";

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
          <Checkbox
            key={channel.id}
            value={channel.id}
            label={channelLabel(channel)}
            description={channel.hint}
          />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}

function channelLabel({ name, brokenAt, unconfirmedSince }: OfferedChannel): string {
  if (brokenAt !== null) return `${name} (broken)`;
  return unconfirmedSince === null ? name : `${name} (waiting for confirmation)`;
}

const SEVERITIES = [
  { value: "info", label: "Info" },
  { value: "warning", label: "Warning" },
  { value: "critical", label: "Critical" },
];

/** What routes ask of a check, and what holds its alert back. */
export function AlertFields({ others }: { others: ReadonlyMap<string, string> }) {
  const form = useCheckFormContext();
  const { dependsOn } = form.values;
  return (
    <Stack mt="md">
      <NativeSelect
        label="Severity"
        description="How much it matters; routes can ask for it."
        data={SEVERITIES}
        maw={280}
        {...form.getInputProps("severity")}
      />
      <MultiSelect
        label="Depends on"
        description="While one of these checks is down its own alert is held back; its status stays true."
        data={[...others].map(([value, label]) => ({ value, label }))}
        placeholder={dependsOn.length > 0 ? "" : "none"}
        searchable
        clearable
        limit={60}
        {...form.getInputProps("dependsOn")}
      />
    </Stack>
  );
}
