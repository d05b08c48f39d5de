import { Button, Code, Stack, TextInput } from "@mantine/core";
import { isEmail, useForm } from "@mantine/form";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";

import { instanceQuery, useRequestPasswordReset, useResetPassword } from "../accounts/account-queries.ts";
import { AccountFrame, MailSent } from "../accounts/account-frame.tsx";
import { TextLink } from "../ui/page.tsx";
import { ErrorAlert } from "../ui/listing.tsx";
import { NewPasswordForm } from "../accounts/password-forms.tsx";
import { toast } from "../ui/toast.tsx";

export function ForgotPasswordPage() {
  const { data: instance } = useSuspenseQuery(instanceQuery);
  if (!instance.passwordReset) return <NoMailPage />;
  return (
    <AccountFrame
      title="Forgot your password?"
      lead="Get an e-mail with a link to set a new one. The link works once, for an hour."
    >
      <ResetRequestForm />
      <p>
        <TextLink to="/sign-in">Back to sign in</TextLink>
      </p>
    </AccountFrame>
  );
}

function ResetRequestForm() {
  const ask = useRequestPasswordReset();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { email: "" },
    validate: { email: isEmail("Enter an e-mail address, such as anna@example.org.") },
  });
  if (ask.isSuccess)
    return <MailSent email={ask.variables} what="If this address has an account, an e-mail with a link" />;
  return (
    <form onSubmit={form.onSubmit(({ email }) => ask.mutate(email))} noValidate>
      <Stack>
        {ask.isError && <ErrorAlert error={ask.error} />}
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          required
          {...form.getInputProps("email")}
        />
        <Button type="submit" loading={ask.isPending}>
          Send e-mail
        </Button>
      </Stack>
    </form>
  );
}

function NoMailPage() {
  return (
    <AccountFrame
      title="Forgot your password?"
      lead="This instance has no mail server, so it cannot send a link."
    >
      <p>
        Ask its operator to set a new password with <Code>npm run admin -- user reset --email …</Code>.
      </p>
      <TextLink to="/sign-in">Back to sign in</TextLink>
    </AccountFrame>
  );
}

/** The page that the link in an e-mail opens. Opening it changes nothing, because mail scanners open links too. */
export function ResetPasswordPage() {
  const { token } = useSearch({ from: "/reset-password" });
  const navigate = useNavigate();
  const finish = useResetPassword();
  return (
    <AccountFrame
      title="Choose a new password"
      lead="All sessions of your account end, and you sign in with the new password."
    >
      <NewPasswordForm
        submitLabel="Save password"
        isPending={finish.isPending}
        error={finish.error}
        onSubmit={({ password }, showError) =>
          finish.mutate(
            { token: token ?? "", password },
            {
              onSuccess: () => {
                toast.success("Your password is changed. Sign in with it.");
                void navigate({ to: "/sign-in" });
              },
              onError: showError,
            },
          )
        }
      />
      <p>
        <TextLink to="/forgot-password">Request another link</TextLink>
      </p>
    </AccountFrame>
  );
}
