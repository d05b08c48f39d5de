import { useQuery } from "@tanstack/react-query";
import { useRouter, useSearch } from "@tanstack/react-router";
import { Alert, Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useEffect, useState } from "react";

import { instanceQuery, type SignIn, useSignIn } from "../accounts/account-queries.ts";
import { AccountFrame } from "../accounts/account-frame.tsx";
import { canUsePasskeys } from "../accounts/passkeys.ts";
import { PasskeySignIn, SecondStep } from "../accounts/second-step.tsx";
import { safePath } from "../app/search.ts";
import { TextLink } from "../ui/page.tsx";
import { ErrorAlert } from "../ui/listing.tsx";

export function SignInPage() {
  const router = useRouter();
  const { to, step, problem, out } = useSearch({ from: "/sign-in" });
  const { data: instance } = useQuery(instanceQuery);
  const isKnown = instance?.trustedHeader?.isHere === true;
  // Not after signing out, or the person would be in again at once.
  const goesOn = isKnown && problem === undefined && step === undefined && out === undefined;
  useEffect(() => {
    if (goesOn) window.location.replace(proxyAddress(to));
  }, [goesOn, to]);
  const goOn = () => router.history.push(safePath(to));
  return (
    <AccountFrame title="Sign in" lead="See which of your jobs have run, and which have not.">
      {problem !== undefined && (
        <Alert color="red" role="alert" mb="md" title="That did not work">
          {PROBLEMS[problem] ?? PROBLEMS["provider"]}
        </Alert>
      )}
      {step === "code" ? <SecondStep onDone={goOn} /> : <SignInForm onDone={goOn} />}
      {isKnown && (
        <Button component="a" href={proxyAddress(to)} variant="default" fullWidth mt="md">
          Sign in as your proxy knows you
        </Button>
      )}
      {instance && instance.oidcName !== null && (
        <Button component="a" href={oidcAddress(to)} variant="default" fullWidth mt="md">
          Sign in with {instance.oidcName}
        </Button>
      )}
      <p>
        <TextLink to="/forgot-password">Forgot password?</TextLink>
      </p>
      {instance?.passwordReset === true && (
        <p>
          <TextLink to="/sign-in-link">Get a link by e-mail</TextLink>
        </p>
      )}
      {instance?.registration === "open" && (
        <p>
          No account yet? <TextLink to="/sign-up">Create one</TextLink>
        </p>
      )}
      <p>
        <TextLink to="/explain">When does a cron line run?</TextLink>
      </p>
    </AccountFrame>
  );
}

/** Why a sign-in at the provider came back without one, by the code in the address. */
const PROBLEMS: Record<string, string> = {
  provider: "The sign-in at the provider did not work. Try again; if it fails again, ask the operator.",
  header: "The proxy in front of this instance named nobody. Sign in another way, or ask the operator.",
  expired: "This sign-in took too long, or was begun in another browser. Try again.",
  unverified: "The provider has not confirmed your e-mail address. Confirm it there, then try again.",
  domain: "Your e-mail address belongs to none of the domains that may sign in here.",
  taken:
    "An account has this address already, and has not confirmed it. Sign in to it with its password and confirm the address; then both can be linked.",
  closed: "You have no account here, and this instance gives none by itself: ask the operator.",
  first:
    "Nobody has an account here yet. The operator makes the first one by the address that the start prints.",
};

function proxyAddress(to: string | undefined): string {
  return `/api/auth/trusted-header?${new URLSearchParams({ to: safePath(to) })}`;
}

function oidcAddress(to: string | undefined): string {
  return `/api/auth/oidc/start?${new URLSearchParams({ to: safePath(to) })}`;
}

function SignInForm({ onDone }: { onDone: () => void }) {
  const signIn = useSignIn();
  const form = useForm<SignIn>({ mode: "uncontrolled", initialValues: { email: "", password: "" } });
  const [isPending, setPending] = useState(false);
  if (isPending) return <SecondStep onDone={onDone} />;
  const submit = (values: SignIn) =>
    signIn.mutate(values, {
      onSuccess: (answer) => ("secondFactor" in answer ? setPending(true) : onDone()),
    });
  return (
    <form onSubmit={form.onSubmit(submit)}>
      <Stack>
        {signIn.isError && <ErrorAlert error={signIn.error} />}
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          required
          {...form.getInputProps("email")}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          required
          {...form.getInputProps("password")}
        />
        <Button type="submit" loading={signIn.isPending}>
          Sign in
        </Button>
        {canUsePasskeys() && <PasskeySignIn onDone={onDone} />}
      </Stack>
    </form>
  );
}
