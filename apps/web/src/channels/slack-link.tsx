import { Alert, Button, Group, Loader, Stack } from "@mantine/core";
import { IconBrandSlack } from "@tabler/icons-react";
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { sentenceOf } from "../api/problem.ts";
import { channelsQuery } from "./channel-queries.ts";
import { answerOf, inProject } from "../api/client.ts";

type Props = { projectId: string; linkId: string | null; done: () => void };

/** Adds the installation's app to a channel in Slack: there and back again. `linkId`: what a person came back with. */
export function SlackLink({ projectId, linkId, done }: Props) {
  return (
    <Stack>
      <p>
        Slack asks which channel shall hear alerts. They have buttons to acknowledge and to snooze, which work
        for everybody in that channel.
      </p>
      {linkId === null ? (
        <SetOut projectId={projectId} label="Add to Slack" />
      ) : (
        <Returned projectId={projectId} linkId={linkId} done={done} />
      )}
    </Stack>
  );
}

function SetOut({ projectId, label }: { projectId: string; label: string }) {
  const make = useMakeSlackLink(projectId);
  return (
    <>
      <div>
        <Button
          leftSection={<IconBrandSlack size={18} aria-hidden />}
          loading={make.isPending || make.isSuccess}
          onClick={() => make.mutate(undefined, { onSuccess: ({ link }) => window.location.assign(link) })}
        >
          {label}
        </Button>
      </div>
      {make.isError && (
        <Alert color="red" role="alert" title="That did not work">
          {sentenceOf(make.error)}
        </Alert>
      )}
    </>
  );
}

function Returned({ projectId, linkId, done }: { projectId: string; linkId: string; done: () => void }) {
  const client = useQueryClient();
  const { data, error } = useQuery(slackLinkQuery(projectId, linkId));
  const state = data?.state ?? "waiting";
  useEffect(() => {
    if (state !== "linked") return;
    void client.invalidateQueries(channelsQuery(projectId)).then(done);
  }, [state, client, projectId, done]);
  if (error !== null || state === "failed" || state === "expired") {
    const why = error === null ? (data?.trouble ?? "The 15 minutes for it are over.") : sentenceOf(error);
    return (
      <>
        <Alert color="orange" role="alert" title="The channel was not added">
          {why}
        </Alert>
        <SetOut projectId={projectId} label="Add to Slack once more" />
      </>
    );
  }
  return (
    <Group gap="xs">
      <Loader size="xs" aria-hidden />
      <output>Back from Slack. The channel is being made.</output>
    </Group>
  );
}

const links = inProject["slack-links"];
const LOOK_AGAIN_MS = 1_000;

/** Sets out for Slack; the answer says where that is. */
function useMakeSlackLink(projectId: string) {
  return useMutation({ mutationFn: () => answerOf(links.$post({ param: { projectId } })) });
}

/** Looked at again until a channel came of it, or none will. */
const slackLinkQuery = (projectId: string, linkId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "slack-links", linkId],
    queryFn: () => answerOf(links[":slackLinkId"].$get({ param: { projectId, slackLinkId: linkId } })),
    refetchInterval: ({ state }) => (state.data?.state === "waiting" || !state.data ? LOOK_AGAIN_MS : false),
  });
