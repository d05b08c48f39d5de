import { useQuery } from "@tanstack/react-query";
import { useRouter, useSearch } from "@tanstack/react-router";
import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";

import { instanceQuery, type SignIn, useSignIn } from "../accounts/account-queries.ts";
import { AccountFrame } from "../accounts/account-frame.tsx";
import { PasskeyButton } from "../accounts/passkey-button.tsx";
import { canUsePasskeys } from "../accounts/passkeys.ts";
import { SecondFactorForm } from "../accounts/second-factor-form.tsx";
import { useSecondFactor, useSignInByPasskey } from "../accounts/sign-in-queries.ts";
import { safePath } from "../app/search.ts";
import { TextLink } from "../ui/page.tsx";
import { ErrorAlert } from "../ui/listing.tsx";

export function SignInPage() {
  const router = useRouter();
  const { to } = useSearch({ from: "/sign-in" });
  const { data: instance } = useQuery(instanceQuery);
  return (
    <AccountFrame title="Sign in" lead="See which of your jobs have run, and which have not.">
      <SignInForm onDone={() => router.history.push(safePath(to))} />
      <p>
        <TextLink to="/forgot-password">Forgot password?</TextLink>
      </p>
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

function SignInForm({ onDone }: { onDone: () => void }) {
  const signIn = useSignIn();
  const form = useForm<SignIn>({ mode: "uncontrolled", initialValues: { email: "", password: "" } });
  const [isPending, setPending] = useState(false);
  if (isPending)
    return (
      <Stack>
        <SecondStep onDone={onDone} />
        {signIn.data && "secondFactor" in signIn.data && signIn.data.secondFactor.includes("passkey") && (
          <PasskeySignIn onDone={onDone} />
        )}
      </Stack>
    );
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

/** The password was right, and the account asks for a second factor. */
function SecondStep({ onDone }: { onDone: () => void }) {
  const finish = useSecondFactor();
  return (
    <SecondFactorForm
      submitLabel="Sign in"
      isPending={finish.isPending}
      error={finish.error}
      onSubmit={(factor) => finish.mutate(factor, { onSuccess: onDone })}
    />
  );
}

function PasskeySignIn({ onDone }: { onDone: () => void }) {
  const signIn = useSignInByPasskey();
  return (
    <PasskeyButton
      label="Sign in with a passkey"
      isPending={signIn.isPending}
      error={signIn.error}
      onClick={() => signIn.mutate(undefined, { onSuccess: onDone })}
    />
  );
}
