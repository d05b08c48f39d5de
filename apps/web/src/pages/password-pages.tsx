import { Code } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";

import { instanceQuery, useRequestPasswordReset, useResetPassword } from "../accounts/account-queries.ts";
import { AccountFrame } from "../accounts/account-frame.tsx";
import { TextLink } from "../ui/page.tsx";
import { LinkRequestForm } from "../accounts/link-request-form.tsx";
import { NewPasswordForm } from "../accounts/password-forms.tsx";
import { toast } from "../ui/toast.tsx";

export function ForgotPasswordPage() {
  const { data: instance } = useSuspenseQuery(instanceQuery);
  const ask = useRequestPasswordReset();
  if (!instance.passwordReset) return <NoMailPage />;
  return (
    <AccountFrame
      title="Forgot your password?"
      lead="Get an e-mail with a link to set a new one. The link works once, for an hour."
    >
      <LinkRequestForm request={ask} />
      <p>
        <TextLink to="/sign-in">Back to sign in</TextLink>
      </p>
    </AccountFrame>
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
