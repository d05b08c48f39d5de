import { queryOptions, useMutation } from "@tanstack/react-query";

import { answerOf, inProject } from "../api/client.ts";

const links = inProject["slack-links"];
const LOOK_AGAIN_MS = 1_000;

/** Sets out for Slack; the answer says where that is. */
export function useMakeSlackLink(projectId: string) {
  return useMutation({ mutationFn: () => answerOf(links.$post({ param: { projectId } })) });
}

/** Looked at again until a channel came of it, or none will. */
export const slackLinkQuery = (projectId: string, linkId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "slack-links", linkId],
    queryFn: () => answerOf(links[":slackLinkId"].$get({ param: { projectId, slackLinkId: linkId } })),
    refetchInterval: ({ state }) => (state.data?.state === "waiting" || !state.data ? LOOK_AGAIN_MS : false),
  });
