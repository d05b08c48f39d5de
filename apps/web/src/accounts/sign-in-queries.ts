import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { InferRequestType, InferResponseType } from "hono/client";

import { api, parseResponse } from "../api/client.ts";
import { useSessionMutation } from "./account-queries.ts";
import { createPasskey, askForPasskey } from "./passkeys.ts";

const { auth } = api.api;
const mine = api.v1.me;

export type SignInMethods = InferResponseType<(typeof mine)["sign-in"]["$get"], 200>;
/** A code of the authenticator app, or a recovery code. */
export type SecondFactor = InferRequestType<(typeof auth)["second-factor"]["$post"]>["json"];
export type NewAuthenticator = InferResponseType<(typeof mine.authenticator)["$post"], 200>;

/** The ways in which the signed-in person can prove who they are. */
export const signInMethodsQuery = queryOptions({
  queryKey: ["me", "sign-in"],
  queryFn: () => parseResponse(mine["sign-in"].$get()),
});

/** Finishes a sign-in for which the right password was not enough. */
export const useSecondFactor = () =>
  useSessionMutation((json: SecondFactor) => parseResponse(auth["second-factor"].$post({ json })));

export const useBeginAuthenticator = () =>
  useMutation({ mutationFn: () => parseResponse(mine.authenticator.$post()) });

export const useConfirmAuthenticator = () =>
  useMethodMutation((code: string) => parseResponse(mine.authenticator.confirm.$post({ json: { code } })));

export const useRemoveAuthenticator = () =>
  useMethodMutation(() => parseResponse(mine.authenticator.$delete()));

export const useRenewRecoveryCodes = () =>
  useMethodMutation(() => parseResponse(mine["recovery-codes"].$post()));

/** A change of how the person signs in, after which that is read again. */
function useMethodMutation<Input, Output>(mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  // Not awaited: the answer must be shown before what was read again replaces the part of the page that asked.
  const onSuccess = () => void client.invalidateQueries(signInMethodsQuery);
  return useMutation({ mutationFn, onSuccess });
}

type Proof = InferRequestType<(typeof auth)["verify"]["$post"]>["json"];

/** Proves again who the signed-in person is. */
export const useProve = () =>
  useMutation({ mutationFn: (json: Proof) => parseResponse(auth.verify.$post({ json })) });

export const useProveByPasskey = () =>
  useMutation({
    mutationFn: async () => {
      const response = await askForPasskey(await parseResponse(auth.passkey.options.$post()));
      return await parseResponse(auth.verify.passkey.$post({ json: { response } }));
    },
  });

export const useSignInByPasskey = () =>
  useSessionMutation(async () => {
    const response = await askForPasskey(await parseResponse(auth.passkey.options.$post()));
    return await parseResponse(auth.passkey.$post({ json: { response } }));
  });

export type PasskeyView = InferResponseType<(typeof mine.passkeys)["$get"], 200>["items"][number];

export const passkeysQuery = queryOptions({
  queryKey: ["me", "passkeys"],
  queryFn: () => parseResponse(mine.passkeys.$get()),
  select: ({ items }) => items,
});

export const useAddPasskey = () =>
  usePasskeyMutation(async (name: string) => {
    const response = await createPasskey(await parseResponse(mine.passkeys.options.$post()));
    return await parseResponse(mine.passkeys.$post({ json: { name, response } }));
  });

export const useRenamePasskey = () =>
  usePasskeyMutation(({ id, name }: { id: string; name: string }) =>
    parseResponse(mine.passkeys[":passkeyId"].$patch({ param: { passkeyId: id }, json: { name } })),
  );

export const useRemovePasskey = () =>
  usePasskeyMutation((passkeyId: string) =>
    parseResponse(mine.passkeys[":passkeyId"].$delete({ param: { passkeyId } })),
  );

function usePasskeyMutation<Input, Output>(mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: () => {
      void client.invalidateQueries(passkeysQuery);
      void client.invalidateQueries(signInMethodsQuery);
    },
  });
}

export type SessionView = InferResponseType<(typeof mine.sessions)["$get"], 200>["items"][number];

export const sessionsQuery = queryOptions({
  queryKey: ["me", "sessions"],
  queryFn: () => parseResponse(mine.sessions.$get()),
  select: ({ items }) => items,
});

export const useEndSession = () =>
  useEndMutation((sessionId: string) =>
    parseResponse(mine.sessions[":sessionId"].$delete({ param: { sessionId } })),
  );

export const useEndOtherSessions = () => useEndMutation(() => parseResponse(mine.sessions.$delete()));

function useEndMutation<Input, Output>(mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSuccess: () => void client.invalidateQueries(sessionsQuery) });
}

/** Requests a mail with a link that signs in. The response is the same whether or not the address has an account. */
export const useRequestLink = () =>
  useMutation({
    mutationFn: (email: string) => parseResponse(auth["sign-in"].link.$post({ json: { email } })),
  });

export const useFinishLink = () =>
  useSessionMutation((token: string) =>
    parseResponse(auth["sign-in"].link.finish.$post({ json: { token } })),
  );
