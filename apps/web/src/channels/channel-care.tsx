import { Stack, Switch } from "@mantine/core";

import { Card } from "../ui/card.tsx";
import { Exact } from "../ui/exact.tsx";
import { type ChannelPart, useChangeChannel } from "./use-change-channel.ts";

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
