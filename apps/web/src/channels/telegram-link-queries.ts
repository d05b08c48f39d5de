import { queryOptions, useMutation } from "@tanstack/react-query";

import { answerOf, inProject } from "../api/client.ts";

const links = inProject["telegram-links"];
const LOOK_AGAIN_MS = 2_000;

export function useMakeTelegramLink(projectId: string) {
  return useMutation({ mutationFn: () => answerOf(links.$post({ param: { projectId } })) });
}

/** Looked at again until the chat was linked, or the code's time is over. */
export const telegramLinkQuery = (projectId: string, linkId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "telegram-links", linkId],
    queryFn: () => answerOf(links[":linkId"].$get({ param: { projectId, linkId } })),
    refetchInterval: ({ state }) => (state.data?.state === "waiting" || !state.data ? LOOK_AGAIN_MS : false),
  });
