import { useQuery } from "@tanstack/react-query";
import { useRouter, useSearch } from "@tanstack/react-router";

import { instanceQuery } from "../accounts/account-queries.ts";
import { EntryFrame } from "../accounts/entry-frame.tsx";
import { SignInForm } from "../accounts/sign-in-form.tsx";
import { safePath } from "../app/search.ts";
import { TextLink } from "../ui/page.tsx";

export function SignInPage() {
  const router = useRouter();
  const { to } = useSearch({ from: "/sign-in" });
  const { data: instance } = useQuery(instanceQuery);
  return (
    <EntryFrame title="Sign in" lead="See which of your jobs have run, and which have not.">
      <SignInForm onDone={() => router.history.push(safePath(to))} />
      <p>
        <TextLink to="/forgot-password">Forgot password?</TextLink>
      </p>
      {instance?.registration === "open" && (
        <p>
          No account yet? <TextLink to="/sign-up">Make one</TextLink>
        </p>
      )}
    </EntryFrame>
  );
}
