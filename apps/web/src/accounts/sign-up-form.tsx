import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { isEmail, isNotEmpty, useForm } from "@mantine/form";

import { Trouble } from "../ui/trouble.tsx";
import { type SignUp, useSignUp } from "./account-queries.ts";
import { PASSWORD_LENGTH_MIN } from "./password.ts";

type Props = { token?: string | undefined; submitLabel: string; onDone: () => void };

/** Makes an account. Without a token of one's own it asks for none. */
export function SignUpForm({ token, submitLabel, onDone }: Props) {
  const signUp = useSignUp();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { name: "", email: "", password: "" },
    validate: {
      name: isNotEmpty("Say what you are called."),
      email: isEmail("Give an e-mail address, such as anna@example.org."),
      password: (text: string) =>
        text.length < PASSWORD_LENGTH_MIN ? `Use at least ${PASSWORD_LENGTH_MIN} characters.` : null,
    },
  });
  const submit = (values: SignUp) =>
    signUp.mutate({ ...values, ...(token !== undefined && { setupToken: token }) }, { onSuccess: onDone });
  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Stack>
        {signUp.isError && <Trouble error={signUp.error} />}
        <TextInput label="Your name" autoComplete="name" required {...form.getInputProps("name")} />
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          required
          {...form.getInputProps("email")}
        />
        <PasswordInput
          label="Password"
          description={`At least ${PASSWORD_LENGTH_MIN} characters; long is better than complicated.`}
          autoComplete="new-password"
          required
          {...form.getInputProps("password")}
        />
        <Button type="submit" loading={signUp.isPending}>
          {submitLabel}
        </Button>
      </Stack>
    </form>
  );
}
