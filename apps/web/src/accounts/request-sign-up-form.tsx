import { Button, Stack, TextInput } from "@mantine/core";
import { isEmail, isNotEmpty, useForm } from "@mantine/form";

import { Trouble } from "../ui/trouble.tsx";
import { useSignUp } from "./account-queries.ts";
import { MailSent } from "./mail-sent.tsx";

/** Asks for a mail whose link makes the account: the address is proven, and the password chosen, by that. */
export function RequestSignUpForm() {
  const signUp = useSignUp();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { name: "", email: "" },
    validate: {
      name: isNotEmpty("Say what you are called."),
      email: isEmail("Give an e-mail address, such as anna@example.org."),
    },
  });
  if (signUp.isSuccess)
    return <MailSent email={signUp.variables.email} what="A mail with a link that makes your account" />;
  return (
    <form onSubmit={form.onSubmit((values) => signUp.mutate(values))} noValidate>
      <Stack>
        {signUp.isError && <Trouble error={signUp.error} />}
        <TextInput label="Your name" autoComplete="name" required {...form.getInputProps("name")} />
        <TextInput
          label="E-mail"
          description="You choose a password by the link in the mail."
          type="email"
          autoComplete="username"
          required
          {...form.getInputProps("email")}
        />
        <Button type="submit" loading={signUp.isPending}>
          Send the mail
        </Button>
      </Stack>
    </form>
  );
}
