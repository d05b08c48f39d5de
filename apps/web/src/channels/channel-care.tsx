import { Stack, Switch } from "@mantine/core";

import { Card } from "../ui/card.tsx";
import { Exact } from "../ui/exact.tsx";
import { tell } from "../ui/tell.tsx";
import { type ChannelView, useEditChannel } from "./channel-queries.ts";

type Props = { projectId: string; channel: ChannelView; onSaved: (channel: ChannelView) => void };

/** What keeps alerts from being lost: the fall-back of the project, and a proof each week. */
export function ChannelCare({ projectId, channel, onSaved }: Props) {
  const edit = useEditChannel(projectId, channel.id);
  const { isFallback, proveWeekly, lastSentAt, restsUntil } = channel;
  const change = (patch: { isFallback: boolean } | { proveWeekly: boolean }) =>
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
