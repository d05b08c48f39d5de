import { Button } from "@mantine/core";
import { IconMailForward } from "@tabler/icons-react";

import { tell } from "../ui/tell.tsx";
import { type ChannelView, useAskAgain } from "./channel-queries.ts";

type Props = { projectId: string; channel: Pick<ChannelView, "id" | "hint" | "askedAt" | "brokenBy"> };

/** Sends the mail again by which the reader of an address agrees; whoever unsubscribed is not asked by a button. */
export function AskAgain({ projectId, channel }: Props) {
  const ask = useAskAgain(projectId);
  if (channel.brokenBy === "recipient") return null;
  return (
    <Button
      variant="default"
      size="compact-md"
      leftSection={<IconMailForward size={16} aria-hidden />}
      loading={ask.isPending}
      onClick={() =>
        ask.mutate(channel.id, {
          onSuccess: () => tell.done(`A mail is on its way to ${channel.hint}.`),
          onError: tell.trouble,
        })
      }
    >
      {channel.askedAt === null ? "Ask for confirmation" : "Ask again"}
    </Button>
  );
}
