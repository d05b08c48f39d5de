import { useNavigate, useSearch } from "@tanstack/react-router";

import { useFinishReset } from "../accounts/account-queries.ts";
import { EntryFrame } from "../accounts/entry-frame.tsx";
import { NewPasswordForm } from "../accounts/new-password-form.tsx";
import { TextLink } from "../ui/page.tsx";
import { tell } from "../ui/tell.tsx";

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
