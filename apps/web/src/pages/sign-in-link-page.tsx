import { Button, Stack } from "@mantine/core";
import { useRouter, useSearch } from "@tanstack/react-router";
import { useState } from "react";

import { AccountFrame } from "../accounts/account-frame.tsx";
import { LinkRequestForm } from "../accounts/link-request-form.tsx";
import { SecondStep } from "../accounts/second-step.tsx";
import { useFinishLink, useRequestLink } from "../accounts/sign-in-queries.ts";
import { ErrorAlert } from "../ui/listing.tsx";
import { TextLink } from "../ui/page.tsx";

/** Asks for a mail with a link that signs in, and is the page behind that link. */
export function SignInLinkPage() {
  const { token } = useSearch({ from: "/sign-in-link" });
  const ask = useRequestLink();
  return (
    <AccountFrame
      title={token === undefined ? "Sign in by e-mail" : "Sign in"}
      lead={
        token === undefined
          ? "Get an e-mail with a link that signs you in. It works once, for 15 minutes."
          : "You opened the link of your e-mail."
      }
    >
      {token === undefined ? <LinkRequestForm request={ask} /> : <FinishForm token={token} />}
      <p>
        <TextLink to="/sign-in">Sign in another way</TextLink>
      </p>
    </AccountFrame>
  );
}

/** A button, since programs that look into mails open their links too. */
function FinishForm({ token }: { token: string }) {
  const { history } = useRouter();
  const finish = useFinishLink();
  const [isPending, setPending] = useState(false);
  const goOn = () => history.push("/");
  if (isPending) return <SecondStep onDone={goOn} />;
  const submit = () =>
    finish.mutate(token, {
      onSuccess: (answer) => ("secondFactor" in answer ? setPending(true) : goOn()),
    });
  return (
    <Stack>
      {finish.isError && <ErrorAlert error={finish.error} />}
      <Button loading={finish.isPending} onClick={submit}>
        Sign in
      </Button>
    </Stack>
  );
}
