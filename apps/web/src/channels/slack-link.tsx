import { Alert, Button, Group, Loader, Stack } from "@mantine/core";
import { IconBrandSlack } from "@tabler/icons-react";
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { errorMessage } from "../api/problem.ts";
import { channelsQuery } from "./channel-queries.ts";
import { parseResponse, projectApi } from "../api/client.ts";

type Props = { projectId: string; linkId: string | null; done: () => void };

/** Adds the instance's Slack app to a Slack channel. `linkId` is set once the person has returned from Slack. */
export function SlackLink({ projectId, linkId, done }: Props) {
  return (
    <Stack>
      <p>
        Slack asks which channel should get the alerts. They have buttons to acknowledge and to snooze, which
        work for everybody in that channel.
      </p>
      {linkId === null ? (
        <StartButton projectId={projectId} label="Add to Slack" />
      ) : (
        <SlackReturn projectId={projectId} linkId={linkId} done={done} />
      )}
    </Stack>
  );
}

function StartButton({ projectId, label }: { projectId: string; label: string }) {
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
          {errorMessage(make.error)}
        </Alert>
      )}
    </>
  );
}

function SlackReturn({ projectId, linkId, done }: { projectId: string; linkId: string; done: () => void }) {
  const client = useQueryClient();
  const { data, error } = useQuery(slackLinkQuery(projectId, linkId));
  const state = data?.state ?? "waiting";
  useEffect(() => {
    if (state !== "linked") return;
    void client.invalidateQueries(channelsQuery(projectId)).then(done);
  }, [state, client, projectId, done]);
  if (error !== null || state === "failed" || state === "expired") {
    const why =
      error === null ? (data?.problem ?? "The 15 minutes for it have passed.") : errorMessage(error);
    return (
      <>
        <Alert color="orange" role="alert" title="The channel was not added">
          {why}
        </Alert>
        <StartButton projectId={projectId} label="Add to Slack again" />
      </>
    );
  }
  return (
    <Group gap="xs">
      <Loader size="xs" aria-hidden />
      <output>Back from Slack. The channel is being created.</output>
    </Group>
  );
}

const links = projectApi["slack-links"];
const REFRESH_MS = 1_000;

/** Creates a link. The response contains the URL at Slack where the person continues. */
function useMakeSlackLink(projectId: string) {
  return useMutation({ mutationFn: () => parseResponse(links.$post({ param: { projectId } })) });
}

/** The state of a link, read every second until the channel exists, or can no longer be created. */
const slackLinkQuery = (projectId: string, linkId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "slack-links", linkId],
    queryFn: () => parseResponse(links[":slackLinkId"].$get({ param: { projectId, slackLinkId: linkId } })),
    refetchInterval: ({ state }) => (state.data?.state === "waiting" || !state.data ? REFRESH_MS : false),
  });
