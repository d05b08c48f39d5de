import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { InferRequestType, InferResponseType } from "hono/client";

import { parseResponse, api } from "../api/client.ts";
import { ApiError } from "../api/problem.ts";
import { pageQuery } from "../api/paging.ts";

const { auth } = api.api;

export type Me = Awaited<ReturnType<typeof readMe>>;
export type SignIn = InferRequestType<(typeof auth)["sign-in"]["email"]["$post"]>["json"];
/** `setupToken`: only for the first account, as proof that the person can read the server's log. */
export type SignUp = InferRequestType<(typeof auth)["sign-up"]["email"]["$post"]>["json"];
type PasswordChange = InferRequestType<(typeof auth)["change-password"]["$post"]>["json"];

/** The signed-in person and their projects. Fails with 401 if nobody is signed in. */
export const meQuery = queryOptions({ queryKey: ["me"], queryFn: readMe, staleTime: 60_000 });

/** How often the incidents of the other projects are counted again: no live event of this project announces them. */
export const ME_REFRESH_MS = 60_000;

/** What this instance allows. It can be read without signing in. */
export const instanceQuery = queryOptions({
  queryKey: ["instance"],
  queryFn: () => parseResponse(api.v1.instance.$get()),
  staleTime: 60_000,
});

export const useSignIn = () =>
  useSessionMutation((json: SignIn) => parseResponse(auth["sign-in"].email.$post({ json })));
export const useSignUp = () =>
  useSessionMutation((json: SignUp) => parseResponse(auth["sign-up"].email.$post({ json })));
export const useSignOut = () => useSessionMutation(() => parseResponse(auth["sign-out"].$post()));

export function useChangePassword() {
  return useMutation({
    mutationFn: (json: PasswordChange) => parseResponse(auth["change-password"].$post({ json })),
  });
}

async function readMe() {
  const { user, projects, organizations, isOperator } = await parseResponse(api.v1.me.$get());
  if (user === null)
    throw new ApiError({ status: 401, code: "unauthorized", detail: "Sign in as a person." });
  return { user, projects, organizations, isOperator };
}

/** A mutation that changes the session, and then clears the cache: what was read before belongs to somebody else. */
export function useSessionMutation<Input, Output>(mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: async () => {
      client.clear();
      // The responses that the service worker has stored (`public/sw.js`).
      if ("caches" in window) await caches.delete("overdue-data").catch(() => false);
    },
  });
}

/** Requests a link to set a new password. The response is the same whether or not the address has an account. */
export function useRequestPasswordReset() {
  return useMutation({
    mutationFn: (email: string) => parseResponse(auth["password-reset"].$post({ json: { email } })),
  });
}

export function useResetPassword() {
  return useSessionMutation((json: { token: string; password: string }) =>
    parseResponse(auth["password-reset"].finish.$post({ json })),
  );
}

export function useFinishSignUp() {
  return useSessionMutation((json: { token: string; password: string }) =>
    parseResponse(auth["sign-up"].finish.$post({ json })),
  );
}

/** Requests the e-mail that confirms the address of the signed-in person. */
export function useRequestVerification() {
  return useMutation({ mutationFn: () => parseResponse(auth["verify-address"].$post()) });
}

export function useVerifyAddress() {
  return useSessionMutation((token: string) =>
    parseResponse(auth["verify-address"].finish.$post({ json: { token } })),
  );
}

const { invitation } = api.api.auth;
const mine = api.v1.invitations;

export type ReceivedInvitation = InferResponseType<typeof invitation.$post, 200>;

/** The invitation behind the link of an e-mail. Reading it changes nothing. */
export const invitationQuery = (token: string) =>
  queryOptions({
    queryKey: ["invitation", token],
    queryFn: () => parseResponse(invitation.$post({ json: { token } })),
    retry: false,
  });

/** Open invitations to the address of the signed-in person. */
export const myInvitationsQuery = queryOptions({
  queryKey: ["me", "invitations"],
  queryFn: () => parseResponse(mine.$get({ query: pageQuery(null) })),
  select: ({ items }) => items,
});

type InvitationAnswer = { id: string; token?: string | undefined };

export function useAcceptInvitation() {
  return useInvitationMutation(({ id, token }: InvitationAnswer) =>
    parseResponse(
      mine[":invitationId"].accept.$post({ param: { invitationId: id }, json: tokenBody(token) }),
    ),
  );
}

export function useDeclineInvitation() {
  return useInvitationMutation(({ id, token }: InvitationAnswer) =>
    parseResponse(
      mine[":invitationId"].decline.$post({ param: { invitationId: id }, json: tokenBody(token) }),
    ),
  );
}

/** Declines an invitation for a person without an account, by the token of its link. */
export function useDeclineInvitationByLink() {
  return useMutation({
    mutationFn: (token: string) => parseResponse(invitation.decline.$post({ json: { token } })),
  });
}

/** Creates an account for the invited address, signs it in and makes it a member. */
export function useSignUpWithInvitation() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (json: { token: string; password: string; name: string }) =>
      parseResponse(invitation["sign-up"].$post({ json })),
    onSuccess: () => client.clear(),
  });
}

function tokenBody(token: string | undefined) {
  return token === undefined ? {} : { token };
}

/** A mutation that accepts or declines, after which the person's projects and invitations are read again. */
function useInvitationMutation<Input, Output>(mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSuccess: () => client.invalidateQueries({ queryKey: ["me"] }) });
}
