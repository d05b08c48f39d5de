import { Alert, Button, Group, Loader, Stack } from "@mantine/core";
import { IconBrandTelegram, IconUsersGroup } from "@tabler/icons-react";
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { errorMessage } from "../api/problem.ts";
import { CodeBlock } from "../ui/code-block.tsx";
import { channelsQuery } from "./channel-queries.ts";
import { parseResponse, projectApi } from "../api/client.ts";

type Props = { projectId: string; done: () => void };

/** Makes a Telegram chat a channel: somebody in the chat sends the bot a code that works once. */
export function TelegramLink({ projectId, done }: Props) {
  const make = useMakeTelegramLink(projectId);
  return (
    <Stack>
      <p>Send alerts to a chat, a group or a topic through the bot of this instance:</p>
      {make.data === undefined ? (
        <div>
          <Button
            leftSection={<IconBrandTelegram size={18} aria-hidden />}
            loading={make.isPending}
            onClick={() => make.mutate()}
          >
            Link a chat
          </Button>
        </div>
      ) : (
        <PendingLink
          key={make.data.id}
          projectId={projectId}
          done={done}
          code={make.data}
          again={() => make.mutate()}
        />
      )}
      {make.isError && (
        <Alert color="red" role="alert" title="That did not work">
          {errorMessage(make.error)}
        </Alert>
      )}
    </Stack>
  );
}

type TelegramLinkCode = { id: string; link: string; groupLink: string; command: string };

function PendingLink({
  projectId,
  done,
  code,
  again,
}: Props & { code: TelegramLinkCode; again: () => void }) {
  const client = useQueryClient();
  const { data } = useQuery(telegramLinkQuery(projectId, code.id));
  const state = data?.state ?? "waiting";
  useEffect(() => {
    if (state !== "linked") return;
    void client.invalidateQueries(channelsQuery(projectId)).then(done);
  }, [state, client, projectId, done]);
  if (state === "expired") {
    return (
      <Alert color="orange" title="The code expired after 15 minutes">
        <Button onClick={again}>Create a new code</Button>
      </Alert>
    );
  }
  return (
    <Stack>
      <Group>
        <Button
          component="a"
          href={code.link}
          target="_blank"
          rel="noreferrer"
          leftSection={<IconBrandTelegram size={18} aria-hidden />}
        >
          Open a private chat
        </Button>
        <Button
          component="a"
          href={code.groupLink}
          target="_blank"
          rel="noreferrer"
          variant="default"
          leftSection={<IconUsersGroup size={18} aria-hidden />}
        >
          Add it to a group
        </Button>
      </Group>
      <p>Where the bot is already a member, or for one topic of a group, send this there:</p>
      <CodeBlock code={code.command} what="the command" />
      <Group gap="xs">
        <Loader size="xs" aria-hidden />
        <output>Waiting for the chat. The code works once, for 15 minutes.</output>
      </Group>
    </Stack>
  );
}

const links = projectApi["telegram-links"];
const REFRESH_MS = 2_000;

function useMakeTelegramLink(projectId: string) {
  return useMutation({ mutationFn: () => parseResponse(links.$post({ param: { projectId } })) });
}

/** The state of a code, read every two seconds until the chat is linked, or the code has expired. */
const telegramLinkQuery = (projectId: string, linkId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "telegram-links", linkId],
    queryFn: () => parseResponse(links[":linkId"].$get({ param: { projectId, linkId } })),
    refetchInterval: ({ state }) => (state.data?.state === "waiting" || !state.data ? REFRESH_MS : false),
  });
