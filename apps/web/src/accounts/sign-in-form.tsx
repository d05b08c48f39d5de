import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";

import { Trouble } from "../ui/trouble.tsx";
import { type SignIn, useSignIn } from "./account-queries.ts";

export function SignInForm({ onDone }: { onDone: () => void }) {
  const signIn = useSignIn();
  const form = useForm<SignIn>({ mode: "uncontrolled", initialValues: { email: "", password: "" } });
  return (
    <form onSubmit={form.onSubmit((values) => signIn.mutate(values, { onSuccess: onDone }))}>
      <Stack>
        {signIn.isError && <Trouble error={signIn.error} />}
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
