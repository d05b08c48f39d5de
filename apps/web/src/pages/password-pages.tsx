import { Button, Code, Stack, TextInput } from "@mantine/core";
import { isEmail, useForm } from "@mantine/form";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";

import { instanceQuery, useAskReset, useFinishReset } from "../accounts/account-queries.ts";
import { EntryFrame, MailSent } from "../accounts/account-frame.tsx";
import { TextLink } from "../ui/page.tsx";
import { Trouble } from "../ui/listing.tsx";
import { NewPasswordForm } from "../accounts/new-password-form.tsx";
import { tell } from "../ui/toast.tsx";

export function ForgotPasswordPage() {
  const { data: instance } = useSuspenseQuery(instanceQuery);
  if (!instance.passwordReset) return <NoMailPage />;
  return (
    <EntryFrame
      title="Forgot your password?"
      lead="Get a mail with a link to a new one. It works once, for an hour."
    >
      <AskForm />
      <p>
        <TextLink to="/sign-in">Back to sign in</TextLink>
      </p>
    </EntryFrame>
  );
}

function AskForm() {
  const ask = useAskReset();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { email: "" },
    validate: { email: isEmail("Give an e-mail address, such as anna@example.org.") },
  });
  if (ask.isSuccess)
    return <MailSent email={ask.variables} what="If this address has an account, a mail with a link" />;
  return (
    <form onSubmit={form.onSubmit(({ email }) => ask.mutate(email))} noValidate>
      <Stack>
        {ask.isError && <Trouble error={ask.error} />}
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          required
          {...form.getInputProps("email")}
        />
        <Button type="submit" loading={ask.isPending}>
          Send the mail
        </Button>
      </Stack>
    </form>
  );
}

function NoMailPage() {
  return (
    <EntryFrame
      title="Forgot your password?"
      lead="This installation has no mail server, so it can send no link."
    >
      <p>
        Ask whoever runs it: <Code>npm run admin -- user reset --email …</Code> makes a new password.
      </p>
      <TextLink to="/sign-in">Back to sign in</TextLink>
    </EntryFrame>
  );
}

/** Behind the link of a mail: opening it changes nothing, for scanners of mail open links too. */
export function ResetPasswordPage() {
  const { token } = useSearch({ from: "/reset-password" });
  const navigate = useNavigate();
  const finish = useFinishReset();
  return (
    <EntryFrame
      title="Choose a new password"
      lead="Every session of your account ends; then you sign in with it."
    >
      <NewPasswordForm
        submitLabel="Save the password"
        isPending={finish.isPending}
        error={finish.error}
        onSubmit={({ password }, refused) =>
          finish.mutate(
            { token: token ?? "", password },
            {
              onSuccess: () => {
                tell.done("Your password is changed. Sign in with it.");
                void navigate({ to: "/sign-in" });
              },
              onError: refused,
            },
          )
        }
      />
      <p>
        <TextLink to="/forgot-password">Ask for another link</TextLink>
      </p>
    </EntryFrame>
  );
}
