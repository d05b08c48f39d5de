import { Button, Group, NativeSelect, Stack, Text } from "@mantine/core";
import { useState } from "react";

import { Card } from "../ui/card.tsx";
import { ExactTime } from "../ui/time.tsx";
import { toast } from "../ui/toast.tsx";
import { NewSecrets } from "./channel-form.tsx";
import { type ChannelView, useEndFormerSecret, useRotateSecret } from "./channel-queries.ts";

type Props = { projectId: string; channel: ChannelView; onSaved: (channel: ChannelView) => void };

const KEEP_OLD = [
  { value: "0", label: "ends now" },
  { value: "3600", label: "works for another hour" },
  { value: "86400", label: "works for another day" },
  { value: "604800", label: "works for another week" },
];

/** Changes the secret by which a webhook is signed, so that no receiver refuses a request meanwhile. */
export function SigningSecretCard({ projectId, channel, onSaved }: Props) {
  const rotate = useRotateSecret(projectId);
  const [keepOld, setKeepOld] = useState("86400");
  const [secrets, setSecrets] = useState<Record<string, string> | null>(null);
  const submit = () =>
    rotate.mutate(
      { channelId: channel.id, keepOldSeconds: Number(keepOld) },
      {
        onSuccess: ({ shownOnce, ...saved }) => {
          setSecrets(shownOnce);
          onSaved(saved);
        },
        onError: toast.error,
      },
    );
  return (
    <Card title="Signing secret">
      <Stack>
        {secrets === null ? (
          <>
            <Text>
              Each request is signed, so that its receiver can verify that it came from here. While the secret
              is changed, both sign.
            </Text>
            <FormerSecret projectId={projectId} channel={channel} onSaved={onSaved} />
            <Group align="flex-end">
              <NativeSelect
                label="The old secret"
                data={KEEP_OLD}
                value={keepOld}
                onChange={({ currentTarget }) => setKeepOld(currentTarget.value)}
              />
              <Button variant="default" loading={rotate.isPending} onClick={submit}>
                Make a new secret
              </Button>
            </Group>
          </>
        ) : (
          <NewSecrets secrets={secrets} done={() => setSecrets(null)} />
        )}
      </Stack>
    </Card>
  );
}

/** Until when the former secret signs too, and a button to end it. */
function FormerSecret({ projectId, channel, onSaved }: Props) {
  const end = useEndFormerSecret(projectId);
  if (channel.formerSecretUntil === null) return null;
  return (
    <Group>
      <Text>
        The former secret signs too until <ExactTime at={channel.formerSecretUntil} />.
      </Text>
      <Button
        variant="subtle"
        color="red"
        size="compact-md"
        loading={end.isPending}
        onClick={() => end.mutate(channel.id, { onSuccess: onSaved, onError: toast.error })}
      >
        End it now
      </Button>
    </Group>
  );
}
