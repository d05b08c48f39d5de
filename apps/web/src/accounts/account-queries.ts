import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { InferRequestType, InferResponseType } from "hono/client";

import { answerOf, api } from "../api/client.ts";
import { ApiError } from "../api/problem.ts";
import { pageQuery } from "../api/pages.ts";

const { auth } = api.api;

export type Me = Awaited<ReturnType<typeof readMe>>;
export type SignIn = InferRequestType<(typeof auth)["sign-in"]["email"]["$post"]>["json"];
/** `setupToken`: proof, for the first account alone, of having seen the server's console. */
export type SignUp = InferRequestType<(typeof auth)["sign-up"]["email"]["$post"]>["json"];
type PasswordChange = InferRequestType<(typeof auth)["change-password"]["$post"]>["json"];

/** Who is signed in, and their projects. Fails with 401 where nobody is. */
export const meQuery = queryOptions({ queryKey: ["me"], queryFn: readMe, staleTime: 60_000 });

/** What this installation allows: shown before anybody is signed in. */
export const instanceQuery = queryOptions({
  queryKey: ["instance"],
  queryFn: () => answerOf(api.v1.instance.$get()),
  staleTime: 60_000,
});

export const useSignIn = () => useEntry((json: SignIn) => answerOf(auth["sign-in"].email.$post({ json })));
export const useSignUp = () => useEntry((json: SignUp) => answerOf(auth["sign-up"].email.$post({ json })));
export const useSignOut = () => useEntry(() => answerOf(auth["sign-out"].$post()));

export function useChangePassword() {
  return useMutation({
    mutationFn: (json: PasswordChange) => answerOf(auth["change-password"].$post({ json })),
  });
}

async function readMe() {
  const { user, projects, isOperator } = await answerOf(api.v1.me.$get());
  if (user === null)
    throw new ApiError({ status: 401, code: "unauthorized", detail: "Sign in as a person." });
  return { user, projects, isOperator };
}

/** Whoever comes in or goes out, nothing read before counts any more. */
function useEntry<Input>(mutationFn: (input: Input) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSuccess: () => client.clear() });
}

/** Asks for the link to a new password. The answer is the same whether or not the address has an account. */
export function useAskReset() {
  return useMutation({
    mutationFn: (email: string) => answerOf(auth["password-reset"].$post({ json: { email } })),
  });
}

export function useFinishReset() {
  return useEntry((json: { token: string; password: string }) =>
    answerOf(auth["password-reset"].finish.$post({ json })),
  );
}

export function useFinishSignUp() {
  return useEntry((json: { token: string; password: string }) =>
    answerOf(auth["sign-up"].finish.$post({ json })),
  );
}

/** Asks for the mail that proves one's own address. */
export function useAskVerification() {
  return useMutation({ mutationFn: () => answerOf(auth["verify-address"].$post()) });
}

export function useFinishVerification() {
  return useEntry((token: string) => answerOf(auth["verify-address"].finish.$post({ json: { token } })));
}

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
  return useInvitationMutation(({ id, token }: Answer) =>
    answerOf(mine[":invitationId"].accept.$post({ param: { invitationId: id }, json: bodyOf(token) })),
  );
}

export function useDecline() {
  return useInvitationMutation(({ id, token }: Answer) =>
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
function useInvitationMutation<Input, Output>(mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSuccess: () => client.invalidateQueries({ queryKey: ["me"] }) });
}
