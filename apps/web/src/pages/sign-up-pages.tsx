import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { isEmail, isNotEmpty, useForm } from "@mantine/form";
import { PASSWORD_MIN_CHARS, passwordLengthProblem } from "@overdue/core";
import { useState } from "react";

import {
  instanceQuery,
  type SignUp,
  useFinishSignUp,
  useVerifyAddress,
  useSignUp,
} from "../accounts/account-queries.ts";
import { AccountFrame, MailSent } from "../accounts/account-frame.tsx";
import { TextLink } from "../ui/page.tsx";
import { ErrorAlert } from "../ui/listing.tsx";
import { NewPasswordForm } from "../accounts/password-forms.tsx";

export function SignUpPage() {
  const navigate = useNavigate();
  const { data: instance } = useSuspenseQuery(instanceQuery);
  if (instance.registration !== "open") return <ClosedPage />;
  return (
    <AccountFrame title="Create an account" lead="Then create a project and its first check.">
      {instance.signUp === "by-mail" ? (
        <RequestSignUpForm />
      ) : (
        <SignUpForm submitLabel="Create account" onDone={() => void navigate({ to: "/" })} />
      )}
      <p>
        Already have an account? <TextLink to="/sign-in">Sign in</TextLink>
      </p>
    </AccountFrame>
  );
}

function ClosedPage() {
  return (
    <AccountFrame
      title="Accounts are by invitation"
      lead="Ask an owner of the project to invite you; the invitation contains a link that creates your account."
    >
      <TextLink to="/sign-in">Sign in</TextLink>
    </AccountFrame>
  );
}

/** A form that requests an e-mail. Its link proves the address, and opens the page where the password is chosen. */
function RequestSignUpForm() {
  const signUp = useSignUp();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { name: "", email: "" },
    validate: {
      name: isNotEmpty("Enter your name."),
      email: isEmail("Enter an e-mail address, such as anna@example.org."),
    },
  });
  if (signUp.isSuccess)
    return <MailSent email={signUp.variables.email} what="An e-mail with a link that creates your account" />;
  return (
    <form onSubmit={form.onSubmit((values) => signUp.mutate(values))} noValidate>
      <Stack>
        {signUp.isError && <ErrorAlert error={signUp.error} />}
        <TextInput label="Your name" autoComplete="name" required {...form.getInputProps("name")} />
        <TextInput
          label="E-mail"
          description="You choose a password after opening the link in the e-mail."
          type="email"
          autoComplete="username"
          required
          {...form.getInputProps("email")}
        />
        <Button type="submit" loading={signUp.isPending}>
          Send e-mail
        </Button>
      </Stack>
    </form>
  );
}

type Props = { token?: string | undefined; submitLabel: string; onDone: () => void };

/** A form that creates an account. Only the first account of an instance needs the setup token. */
function SignUpForm({ token, submitLabel, onDone }: Props) {
  const signUp = useSignUp();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { name: "", email: "", password: "" },
    validate: {
      name: isNotEmpty("Enter your name."),
      email: isEmail("Enter an e-mail address, such as anna@example.org."),
      password: passwordLengthProblem,
    },
  });
  const submit = (values: SignUp) =>
    signUp.mutate({ ...values, ...(token !== undefined && { setupToken: token }) }, { onSuccess: onDone });
  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Stack>
        {signUp.isError && <ErrorAlert error={signUp.error} />}
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
          description={`At least ${PASSWORD_MIN_CHARS} characters; a long password is better than a complicated one.`}
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

/** Creates the first account. The token proves that the person can read the server's log. */
export function SetupPage() {
  const navigate = useNavigate();
  const search = useSearch({ from: "/setup" });
  const [typed, setTyped] = useState("");
  const { data: instance } = useSuspenseQuery(instanceQuery);
  if (!instance.setupNeeded) return <DonePage />;
  return (
    <AccountFrame title="Welcome" lead="Create the first account of this instance. It becomes its operator.">
      {search.token === undefined && (
        <TextInput
          label="Token"
          description="The last part of the URL that Overdue printed when it started."
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          mb="md"
          required
        />
      )}
      <SignUpForm
        token={search.token ?? typed.trim()}
        submitLabel="Create account"
        onDone={() => void navigate({ to: "/" })}
      />
    </AccountFrame>
  );
}

function DonePage() {
  return (
    <AccountFrame title="Already set up" lead="The first account of this instance already exists.">
      <TextLink to="/sign-in">Sign in</TextLink>
    </AccountFrame>
  );
}

/** The page that the link in the e-mail of a sign-up opens. */
export function FinishSignUpPage() {
  const { token } = useSearch({ from: "/finish-sign-up" });
  const navigate = useNavigate();
  const finish = useFinishSignUp();
  return (
    <AccountFrame title="Your address is confirmed" lead="Choose a password to create your account.">
      <NewPasswordForm
        submitLabel="Create account"
        isPending={finish.isPending}
        error={finish.error}
        onSubmit={({ password }, showError) =>
          finish.mutate(
            { token: token ?? "", password },
            { onSuccess: () => void navigate({ to: "/" }), onError: showError },
          )
        }
      />
      <p>
        <TextLink to="/sign-up">The link no longer works? Request another</TextLink>
      </p>
    </AccountFrame>
  );
}

/** The page that the link in an e-mail opens. It asks for a click, because mail scanners open links too. */
export function VerifyAddressPage() {
  const { token } = useSearch({ from: "/verify-address" });
  const finish = useVerifyAddress();
  if (finish.isSuccess)
    return (
      <AccountFrame title="Your address is confirmed" lead="Overdue sends its e-mails there from now on.">
        <TextLink to="/">Continue</TextLink>
      </AccountFrame>
    );
  return (
    <AccountFrame title="Confirm your address" lead="This confirms that the account belongs to you.">
      <Stack>
        {finish.isError && <ErrorAlert error={finish.error} />}
        <Button loading={finish.isPending} onClick={() => finish.mutate(token ?? "")}>
          Confirm address
        </Button>
      </Stack>
    </AccountFrame>
  );
}
