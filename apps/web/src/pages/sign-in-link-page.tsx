import { Button, Stack, TextInput } from "@mantine/core";
import { isEmail, useForm } from "@mantine/form";
import { useRouter, useSearch } from "@tanstack/react-router";
import { useState } from "react";

import { AccountFrame, MailSent } from "../accounts/account-frame.tsx";
import { SecondStep } from "../accounts/second-step.tsx";
import { useFinishLink, useRequestLink } from "../accounts/sign-in-queries.ts";
import { ErrorAlert } from "../ui/listing.tsx";
import { TextLink } from "../ui/page.tsx";

/** Asks for a mail with a link that signs in, and is the page behind that link. */
export function SignInLinkPage() {
  const { token } = useSearch({ from: "/sign-in-link" });
  return (
    <AccountFrame
      title={token === undefined ? "Sign in by e-mail" : "Sign in"}
      lead={
        token === undefined
          ? "Get an e-mail with a link that signs you in. It works once, for 15 minutes."
          : "You opened the link of your e-mail."
      }
    >
      {token === undefined ? <RequestForm /> : <FinishForm token={token} />}
      <p>
        <TextLink to="/sign-in">Sign in another way</TextLink>
      </p>
    </AccountFrame>
  );
}

function RequestForm() {
  const ask = useRequestLink();
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
