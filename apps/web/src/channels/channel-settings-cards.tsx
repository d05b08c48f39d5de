import { channelKinds, isKindName } from "@overdue/channels";
import { NativeSelect, Stack, Switch } from "@mantine/core";

import { Card } from "../ui/card.tsx";
import { Exact } from "../ui/time.tsx";
import { tell } from "../ui/toast.tsx";
import { type ChannelPatch, type ChannelView, useEditChannel } from "./channel-queries.ts";

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
          onChange={({ currentTarget }) => change({ groups: GROUPING_CHOICES[currentTarget.value] ?? null })}
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

const GROUPING_CHOICES: Record<string, boolean> = { true: true, false: false };

function groupsByKind(kind: string): boolean {
  return isKindName(kind) && kind !== "group" && !channelKinds[kind].forMachines;
}

/** What keeps alerts from being lost: the fall-back of the project, and a proof each week. */
export function ChannelCare(part: ChannelPart) {
  const { channel } = part;
  const change = useChangeChannel(part);
  const { isFallback, proveWeekly, lastSentAt, restsUntil } = channel;
  return (
    <Card title="So that nothing is lost">
      <Stack>
        <Switch
          label="Fall-back of the project"
          description="It gets at once what another channel could not deliver. At most one channel is the fall-back."
          checked={isFallback}
          onChange={({ currentTarget }) => change({ isFallback: currentTarget.checked })}
        />
        <Switch
          label="Prove it weekly"
          description="A test is sent when nothing else has arrived for a week."
          checked={proveWeekly}
          onChange={({ currentTarget }) => change({ proveWeekly: currentTarget.checked })}
        />
        <p style={{ margin: 0 }}>
          Last proven: {lastSentAt === null ? "never; send a test" : <Exact at={lastSentAt} />}.
          {restsUntil !== null && (
            <>
              {" "}
              After errors in a row it rests until <Exact at={restsUntil} />.
            </>
          )}
        </p>
      </Stack>
    </Card>
  );
}

/** A channel on its own page, and who wants to see it as it was stored. */
type ChannelPart = {
  projectId: string;
  channel: ChannelView;
  onSaved: (channel: ChannelView) => void;
};

/** Stores one setting as soon as it is chosen, and says so. */
function useChangeChannel({ projectId, channel, onSaved }: ChannelPart) {
  const edit = useEditChannel(projectId, channel.id);
  return (patch: ChannelPatch) =>
    edit.mutate(
      { patch, version: channel.version },
      {
        onSuccess: (saved) => {
          onSaved(saved);
          tell.done("Saved.");
        },
        onError: tell.trouble,
      },
    );
}

const SPANS = [0, 5, 10, 15, 30, 60, 120, 240, 480, 720, 1_440];

/** Spans to choose from, in minutes; the one that is set is among them. */
export function spansWith(collectMinutes: number): number[] {
  return [...new Set([...SPANS, collectMinutes])].toSorted((one, other) => one - other);
}

/** "at once", "in one message every 2 hours" */
export function collectText(collectMinutes: number): string {
  if (collectMinutes === 0) return "at once";
  const hours = collectMinutes / 60;
  if (!Number.isInteger(hours)) return `collected for ${collectMinutes} minutes`;
  return hours === 1 ? "collected for an hour" : `collected for ${hours} hours`;
}

/** Null: as its kind does. */
export function groupsText(groups: boolean | null): string {
  if (groups === null) return "as usual for its kind";
  return groups ? "one message" : "a message each";
}
