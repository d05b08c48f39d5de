import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { InferResponseType } from "hono/client";

import { answerOf, api } from "../api/client.ts";
import { pageQuery } from "../api/pages.ts";

const { invitation } = api.api.auth;
const mine = api.v1.invitations;

export type ReceivedInvitation = InferResponseType<typeof invitation.$post, 200>;

/** What the link of a mail is for. It changes nothing, so it may be read again and again. */
export const invitationQuery = (token: string) =>
  queryOptions({
    queryKey: ["invitation", token],
    queryFn: () => answerOf(invitation.$post({ json: { token } })),
    retry: false,
  });

/** Open invitations to the address of whoever is signed in. */
export const myInvitationsQuery = queryOptions({
  queryKey: ["me", "invitations"],
  queryFn: () => answerOf(mine.$get({ query: pageQuery(null) })),
  select: ({ items }) => items,
});

type Answer = { id: string; token?: string | undefined };

export function useAccept() {
  return useAnswer(({ id, token }: Answer) =>
    answerOf(mine[":invitationId"].accept.$post({ param: { invitationId: id }, json: bodyOf(token) })),
  );
}

export function useDecline() {
  return useAnswer(({ id, token }: Answer) =>
    answerOf(mine[":invitationId"].decline.$post({ param: { invitationId: id }, json: bodyOf(token) })),
  );
}

/** Declines without an account. */
export function useDeclineByLink() {
  return useMutation({
    mutationFn: (token: string) => answerOf(invitation.decline.$post({ json: { token } })),
  });
}

/** Makes the invited account, signed in and a member. Nothing is read again before the page has gone on. */
export function useSignUpInvited() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (json: { token: string; password: string; name: string }) =>
      answerOf(invitation["sign-up"].$post({ json })),
    onSuccess: () => client.clear(),
  });
}

function bodyOf(token: string | undefined) {
  return token === undefined ? {} : { token };
}

/** One's projects and invitations are others afterwards. */
function useAnswer<Input, Output>(mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSuccess: () => client.invalidateQueries({ queryKey: ["me"] }) });
}
