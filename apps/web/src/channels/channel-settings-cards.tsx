import { useQuery } from "@tanstack/react-query";
import { NativeSelect, Stack, Switch } from "@mantine/core";

import { useComputedFromNow } from "../time/clock.ts";
import { instant } from "../time/zones.ts";
import { Card } from "../ui/card.tsx";
import { ExactTime } from "../ui/time.tsx";
import { toast } from "../ui/toast.tsx";
import { channelKindsQuery, type ChannelPatch, type ChannelView, useSaveChannel } from "./channel-queries.ts";

/** Settings for whether a channel gets each alert by itself, a storm as one message, or a digest. */
export function GroupingSettings(part: SettingsCardProps) {
  const { channel } = part;
  const change = useSaveChannelSetting(part);
  const { data: kinds = [] } = useQuery(channelKindsQuery);
  const groupsByDefault = kinds.some(({ kind, forMachines }) => kind === channel.kind && !forMachines);
  return (
    <Card title="Grouping">
      <Stack>
        <NativeSelect
          label="Send messages"
          description="A digest is one message that counts and names everything collected. Messages about critical checks are always sent immediately."
          value={String(channel.collectMinutes)}
          onChange={({ currentTarget }) => change({ collectMinutes: Number(currentTarget.value) })}
          data={digestChoices(channel.collectMinutes).map((minutes) => ({
            value: String(minutes),
            label: digestText(minutes),
          }))}
        />
        <NativeSelect
          label="Alerts that share a host, an address, a tag or a dependency"
          description="The first is sent immediately; those that follow within a minute are sent together."
          value={String(channel.groups)}
          onChange={({ currentTarget }) => change({ groups: GROUPING_CHOICES[currentTarget.value] ?? null })}
          data={[
            {
              value: "null",
              label: `${groupingText(null)}: ${groupingText(channel.kind !== "group" && groupsByDefault)}`,
            },
            { value: "true", label: groupingText(true) },
            { value: "false", label: groupingText(false) },
          ]}
        />
      </Stack>
    </Card>
  );
}

const GROUPING_CHOICES: Record<string, boolean> = { true: true, false: false };

/** Settings that keep alerts from being lost: the fallback channel of the project, and a weekly test. */
export function ReliabilitySettings(part: SettingsCardProps) {
  const { channel } = part;
  const change = useSaveChannelSetting(part);
  const { isFallback, proveWeekly, lastSentAt, restsUntil } = channel;
  const isResting = useComputedFromNow((now) => (instant(restsUntil) ?? 0) > now);
  return (
    <Card title="Reliability">
      <Stack>
        <Switch
          label="Fallback channel of the project"
          description="It gets what another channel could not deliver. A project has at most one."
          checked={isFallback}
          onChange={({ currentTarget }) => change({ isFallback: currentTarget.checked })}
        />
        <Switch
          label="Test weekly"
          description="Sends a test message when nothing else was delivered for a week."
          checked={proveWeekly}
          onChange={({ currentTarget }) => change({ proveWeekly: currentTarget.checked })}
        />
        <p style={{ margin: 0 }}>
          Last delivery: {lastSentAt === null ? "none yet; send a test" : <ExactTime at={lastSentAt} />}.
          {restsUntil !== null && isResting && (
            <>
              {" "}
              It is paused after several errors until <ExactTime at={restsUntil} />.
            </>
          )}
        </p>
      </Stack>
    </Card>
  );
}

/** `onSaved` is called with the channel as the server returned it. */
type SettingsCardProps = {
  projectId: string;
  channel: ChannelView;
  onSaved: (channel: ChannelView) => void;
};

/** Returns a function that saves one setting, called as soon as it is chosen. */
function useSaveChannelSetting({ projectId, channel, onSaved }: SettingsCardProps) {
  const edit = useSaveChannel(projectId);
  return (patch: ChannelPatch) =>
    edit.mutate(
      { edited: channel, draft: patch },
      {
        onSuccess: (saved) => {
          onSaved(saved);
          toast.success("Saved.");
        },
        onError: toast.error,
      },
    );
}

const DIGEST_MINUTES = [0, 5, 10, 15, 30, 60, 120, 240, 480, 720, 1_440];

/** The digest lengths to choose from, in minutes; the present one is always among them. */
export function digestChoices(collectMinutes: number): number[] {
  return [...new Set([...DIGEST_MINUTES, collectMinutes])].toSorted((one, other) => one - other);
}

/** "immediately", "collected for 2 hours". */
export function digestText(collectMinutes: number): string {
  if (collectMinutes === 0) return "immediately";
  const hours = collectMinutes / 60;
  if (!Number.isInteger(hours)) return `collected for ${collectMinutes} minutes`;
  return hours === 1 ? "collected for an hour" : `collected for ${hours} hours`;
}

/** `groups` is null where the default of the channel's kind applies. */
export function groupingText(groups: boolean | null): string {
  if (groups === null) return "default of its kind";
  return groups ? "one message" : "separate messages";
}
