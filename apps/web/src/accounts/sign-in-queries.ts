import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { InferRequestType, InferResponseType } from "hono/client";

import { api, parseResponse } from "../api/client.ts";
import { useSessionMutation } from "./account-queries.ts";

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
