import { NativeSelect, Stack, Text } from "@mantine/core";
import { Checkbox, CheckboxGroup } from "../../ui/checkbox.tsx";

import { TextLink } from "../../ui/page.tsx";
import { useCheckFormContext } from "./check-form-values.ts";
import { MultiSelect } from "../../ui/pick.tsx";

/** A channel as an option of the form. */
export type OfferedChannel = {
  id: string;
  name: string;
  hint: string;
  brokenAt: string | null;
  unconfirmedSince: string | null;
};

/** The channels that get notified when the check goes down or recovers. */
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
        There is no channel yet, so nobody gets notified.{" "}
        <TextLink to="/projects/$projectId/channels" params={{ projectId }}>
          Add a channel
        </TextLink>
      </Text>
    );
  }
  return (
    <CheckboxGroup
      label="Channels"
      description="They get notified when the check goes down, and when it is up again."
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
    </CheckboxGroup>
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

/** The severity of a check, by which routes select it, and the checks on which it depends. */
export function AlertFields({ others }: { others: ReadonlyMap<string, string> }) {
  const form = useCheckFormContext();
  const { dependsOn } = form.values;
  return (
    <Stack mt="md">
      <NativeSelect
        label="Severity"
        description="How urgent it is. Routes can select checks by it."
        data={SEVERITIES}
        maw={280}
        {...form.getInputProps("severity")}
      />
      <MultiSelect
        label="Depends on"
        description="While one of these checks is down, the alert of this one is held back. Its status still changes."
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
