import { Alert, Button, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconBellRinging } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";

import { api, parseResponse } from "../api/client.ts";
import { ErrorAlert } from "../ui/listing.tsx";
import { deviceName, pushProblem, type PushSettings, subscribe } from "./push-subscription.ts";

const pushKeyQuery = {
  queryKey: ["push-key"],
  queryFn: async () => (await parseResponse(api.v1["push-key"].$get())).publicKey,
};

type Props = {
  /** A channel that this browser had before gets its new subscription. */
  isAgain: boolean;
  save: (device: { name: string; settings: PushSettings }) => Promise<unknown>;
};

/** Makes the browser that shows this page a channel, after it has asked its person. */
export function PushLink({ isAgain, save }: Props) {
  const { data: publicKey, error: keyError } = useQuery(pushKeyQuery);
  const { mutate, isPending, error } = useMutation({
    mutationFn: async () => {
      const settings = await subscribe(publicKey ?? "");
      await save({ name: settings.device, settings });
    },
  });
  const problem = pushProblem();
  if (problem !== null)
    return (
      <Alert color="orange" icon={<IconAlertTriangle aria-hidden />} title="Not in this browser yet">
        {problem}
      </Alert>
    );
  return (
    <Stack gap="sm" align="flex-start">
      <Text>
        Alerts appear on this device ({deviceName()}) also while Overdue is closed, with a button to
        acknowledge them. Do this once on each device that is to be notified; each becomes a channel of its
        own.
      </Text>
      <Button
        leftSection={<IconBellRinging size={18} aria-hidden />}
        loading={isPending}
        disabled={publicKey === undefined}
        onClick={() => mutate()}
      >
        {isAgain ? "Use this device for the channel" : "Notify this device"}
      </Button>
      {(error ?? keyError) !== null && <ErrorAlert error={error ?? keyError} />}
    </Stack>
  );
}
