import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { InferRequestType, InferResponseType } from "hono/client";

import { api, parseResponse } from "../api/client.ts";
import { useSessionMutation } from "./account-queries.ts";

const { auth } = api.api;
const mine = api.v1.me;

/** The change of the person's address that waits for confirmations. */
export const emailChangeQuery = queryOptions({
  queryKey: ["me", "email-change"],
  queryFn: () => parseResponse(mine["email-change"].$get()),
});

export const useChangeEmail = () =>
  useOwnMutation((email: string) => parseResponse(mine["email-change"].$post({ json: { email } })));

export const useCancelEmailChange = () => useOwnMutation(() => parseResponse(mine["email-change"].$delete()));

/** Confirms or stops a change by the link of an e-mail, which may end the session of this browser. */
export const useConfirmEmailChange = () =>
  useSessionMutation((token: string) =>
    parseResponse(auth["email-change"].confirm.$post({ json: { token } })),
  );

export const useStopEmailChange = () =>
  useSessionMutation((token: string) => parseResponse(auth["email-change"].stop.$post({ json: { token } })));

export type DeletionView = InferResponseType<(typeof mine.deletion)["$get"], 200>;
export type DeletionInput = InferRequestType<(typeof mine.deletion)["$post"]>["json"];

/** What the deletion of the person's account concerns, and when it is, if it is scheduled. */
export const deletionQuery = queryOptions({
  queryKey: ["me", "deletion"],
  queryFn: () => parseResponse(mine.deletion.$get()),
});

export const useDeleteAccount = () =>
  useOwnMutation((json: DeletionInput) => parseResponse(mine.deletion.$post({ json })));

export const useKeepAccount = () => useOwnMutation(() => parseResponse(mine.deletion.$delete()));

export const useKeepAccountByLink = () =>
  useOwnMutation((token: string) => parseResponse(auth.deletion.cancel.$post({ json: { token } })));

/** All that is stored about the person. */
export const useExportAccount = () => useMutation({ mutationFn: () => parseResponse(mine.export.$get()) });

/** A change of the person's account, after which everything about them is read again. */
function useOwnMutation<Input, Output>(mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSuccess: () => client.invalidateQueries({ queryKey: ["me"] }) });
}
