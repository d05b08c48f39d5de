import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { InferRequestType } from "hono/client";

import { answerOf, api } from "../api/client.ts";
import { ApiError } from "../api/problem.ts";

const { auth } = api.api;

export type Me = Awaited<ReturnType<typeof readMe>>;
export type SignIn = InferRequestType<(typeof auth)["sign-in"]["email"]["$post"]>["json"];
/** `setupToken`: proof, for the first account alone, of having seen the server's console. */
export type SignUp = InferRequestType<(typeof auth)["sign-up"]["email"]["$post"]>["json"];
export type PasswordChange = InferRequestType<(typeof auth)["change-password"]["$post"]>["json"];

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
