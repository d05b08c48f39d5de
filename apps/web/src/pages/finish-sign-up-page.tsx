import { useNavigate, useSearch } from "@tanstack/react-router";

import { useFinishSignUp } from "../accounts/account-queries.ts";
import { EntryFrame } from "../accounts/entry-frame.tsx";
import { NewPasswordForm } from "../accounts/new-password-form.tsx";
import { TextLink } from "../ui/page.tsx";

/** Behind the link of a sign-up's mail. */
export function FinishSignUpPage() {
  const { token } = useSearch({ from: "/finish-sign-up" });
  const navigate = useNavigate();
  const finish = useFinishSignUp();
  return (
    <EntryFrame title="Your address is confirmed" lead="Choose a password, and your account is made.">
      <NewPasswordForm
        submitLabel="Make the account"
        isPending={finish.isPending}
        error={finish.error}
        onSubmit={({ password }, refused) =>
          finish.mutate(
            { token: token ?? "", password },
            { onSuccess: () => void navigate({ to: "/" }), onError: refused },
          )
        }
      />
      <p>
        The link does not work any more? <TextLink to="/sign-up">Ask for another</TextLink>
      </p>
    </EntryFrame>
  );
}
