import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { instanceQuery } from "../accounts/account-queries.ts";
import { EntryFrame } from "../accounts/entry-frame.tsx";
import { RequestSignUpForm } from "../accounts/request-sign-up-form.tsx";
import { SignUpForm } from "../accounts/sign-up-form.tsx";
import { TextLink } from "../ui/page.tsx";

export function SignUpPage() {
  const navigate = useNavigate();
  const { data: instance } = useSuspenseQuery(instanceQuery);
  if (instance.registration !== "open") return <ClosedPage />;
  return (
    <EntryFrame title="Make an account" lead="Then make a project and its first check.">
      {instance.signUp === "by-mail" ? (
        <RequestSignUpForm />
      ) : (
        <SignUpForm submitLabel="Make the account" onDone={() => void navigate({ to: "/" })} />
      )}
      <p>
        Already have one? <TextLink to="/sign-in">Sign in</TextLink>
      </p>
    </EntryFrame>
  );
}

function ClosedPage() {
  return (
    <EntryFrame
      title="Accounts are by invitation"
      lead="Ask an owner of the project to invite you; the invitation brings a link that makes your account."
    >
      <TextLink to="/sign-in">Sign in</TextLink>
    </EntryFrame>
  );
}
