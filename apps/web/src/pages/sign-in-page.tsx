import { useQuery } from "@tanstack/react-query";
import { useRouter, useSearch } from "@tanstack/react-router";
import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";

import { instanceQuery, type SignIn, useSignIn } from "../accounts/account-queries.ts";
import { AccountFrame } from "../accounts/account-frame.tsx";
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
  return (
    <form onSubmit={form.onSubmit((values) => signIn.mutate(values, { onSuccess: onDone }))}>
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
      </Stack>
    </form>
  );
}
