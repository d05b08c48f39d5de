import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { isEmail, isNotEmpty, useForm } from "@mantine/form";
import { useState } from "react";

import {
  instanceQuery,
  type SignUp,
  useFinishSignUp,
  useFinishVerification,
  useSignUp,
} from "../accounts/account-queries.ts";
import { EntryFrame, MailSent } from "../accounts/account-frame.tsx";
import { TextLink } from "../ui/page.tsx";
import { Trouble } from "../ui/listing.tsx";
import { NewPasswordForm, PASSWORD_LENGTH_MIN } from "../accounts/new-password-form.tsx";

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

/** Asks for a mail whose link makes the account: the address is proven, and the password chosen, by that. */
function RequestSignUpForm() {
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

type Props = { token?: string | undefined; submitLabel: string; onDone: () => void };

/** Makes an account. Without a token of one's own it asks for none. */
function SignUpForm({ token, submitLabel, onDone }: Props) {
  const signUp = useSignUp();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { name: "", email: "", password: "" },
    validate: {
      name: isNotEmpty("Say what you are called."),
      email: isEmail("Give an e-mail address, such as anna@example.org."),
      password: (text: string) =>
        text.length < PASSWORD_LENGTH_MIN ? `Use at least ${PASSWORD_LENGTH_MIN} characters.` : null,
    },
  });
  const submit = (values: SignUp) =>
    signUp.mutate({ ...values, ...(token !== undefined && { setupToken: token }) }, { onSuccess: onDone });
  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Stack>
        {signUp.isError && <Trouble error={signUp.error} />}
        <TextInput label="Your name" autoComplete="name" required {...form.getInputProps("name")} />
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          required
          {...form.getInputProps("email")}
        />
        <PasswordInput
          label="Password"
          description={`At least ${PASSWORD_LENGTH_MIN} characters; long is better than complicated.`}
          autoComplete="new-password"
          required
          {...form.getInputProps("password")}
        />
        <Button type="submit" loading={signUp.isPending}>
          {submitLabel}
        </Button>
      </Stack>
    </form>
  );
}

/** The first account. The token proves that one has seen the server's console. */
export function SetupPage() {
  const navigate = useNavigate();
  const search = useSearch({ from: "/setup" });
  const [typed, setTyped] = useState("");
  const { data: instance } = useSuspenseQuery(instanceQuery);
  if (!instance.setupNeeded) return <DonePage />;
  return (
    <EntryFrame title="Welcome" lead="Make the first account of this installation. It owns everything in it.">
      {search.token === undefined && (
        <TextInput
          label="Token"
          description="Stands at the end of the address that was printed when Overdue started."
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          mb="md"
          required
        />
      )}
      <SignUpForm
        token={search.token ?? typed.trim()}
        submitLabel="Make the account"
        onDone={() => void navigate({ to: "/" })}
      />
    </EntryFrame>
  );
}

function DonePage() {
  return (
    <EntryFrame title="Already set up" lead="The first account of this installation was made before.">
      <TextLink to="/sign-in">Sign in</TextLink>
    </EntryFrame>
  );
}

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

/** Behind the link of a mail: a button confirms, for scanners of mail open links too. */
export function VerifyAddressPage() {
  const { token } = useSearch({ from: "/verify-address" });
  const finish = useFinishVerification();
  if (finish.isSuccess)
    return (
      <EntryFrame title="Your address is confirmed" lead="Mails of Overdue go there from now on.">
        <TextLink to="/">Go on</TextLink>
      </EntryFrame>
    );
  return (
    <EntryFrame title="Confirm your address" lead="The account that this mail came for is yours.">
      <Stack>
        {finish.isError && <Trouble error={finish.error} />}
        <Button loading={finish.isPending} onClick={() => finish.mutate(token ?? "")}>
          Confirm the address
        </Button>
      </Stack>
    </EntryFrame>
  );
}
