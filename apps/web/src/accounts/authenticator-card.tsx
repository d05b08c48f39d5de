import { Alert, Button, Group, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconKey } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Suspense, useState } from "react";

import { errorMessage } from "../api/problem.ts";
import { Card } from "../ui/card.tsx";
import { CodeBlock } from "../ui/code-block.tsx";
import { lazyPart } from "../ui/lazy-part.ts";
import { LazyPopover } from "../ui/lazy-popover.tsx";
import { ErrorAlert } from "../ui/listing.tsx";
import { RelativeTime } from "../ui/time.tsx";
import { toast } from "../ui/toast.tsx";
import {
  type NewAuthenticator,
  type SignInMethods,
  signInMethodsQuery,
  useBeginAuthenticator,
  useConfirmAuthenticator,
  useRemoveAuthenticator,
  useRenewRecoveryCodes,
} from "./sign-in-queries.ts";

const QrCode = lazyPart(async () => ({ default: (await import("./qr-code.tsx")).QrCode }));

/** Sets up and removes the authenticator app of the signed-in person. */
export function AuthenticatorCard() {
  const { data: methods, error, refetch } = useQuery(signInMethodsQuery);
  const [codes, setCodes] = useState<string[] | null>(null);
  return (
    <Card title="Authenticator app">
      {error !== null && <ErrorAlert error={error} retry={() => void refetch()} />}
      {codes !== null && <NewRecoveryCodes codes={codes} onKept={() => setCodes(null)} />}
      {methods && methods.authenticatorSince === null && <SetUp onDone={setCodes} />}
      {methods && methods.authenticatorSince !== null && (
        <InUse methods={methods} since={methods.authenticatorSince} onRenewed={setCodes} />
      )}
    </Card>
  );
}

function SetUp({ onDone }: { onDone: (codes: string[]) => void }) {
  const begin = useBeginAuthenticator();
  const start = () => begin.mutate(undefined, { onError: toast.error });
  if (begin.data) return <Confirm made={begin.data} onDone={onDone} />;
  return (
    <>
      <Text mb="xs">
        With an app on your phone (such as Aegis, 2FAS or Google Authenticator), signing in also needs its
        code of the moment. Who learns your password can then do nothing with it.
      </Text>
      <Button variant="default" loading={begin.isPending} onClick={start}>
        Set up an authenticator app
      </Button>
    </>
  );
}

function Confirm({
  made: { uri, secret },
  onDone,
}: {
  made: NewAuthenticator;
  onDone: (codes: string[]) => void;
}) {
  const confirm = useConfirmAuthenticator();
  const form = useForm({ initialValues: { code: "" } });
  const submit = ({ code }: { code: string }) =>
    confirm.mutate(code, { onSuccess: ({ recoveryCodes }) => onDone(recoveryCodes) });
  return (
    <form onSubmit={form.onSubmit(submit)}>
      <Stack align="flex-start">
        <Text>Scan this with the app, or type the key below it.</Text>
        <Suspense fallback={<Skeleton width={200} height={200} />}>
          <QrCode text={uri} label="QR code for the authenticator app" />
        </Suspense>
        <CodeBlock code={secret.match(/.{1,4}/g)?.join(" ") ?? secret} what="key" />
        <TextInput
          label="Code that the app shows"
          autoComplete="one-time-code"
          inputMode="numeric"
          maxLength={7}
          required
          {...form.getInputProps("code")}
          error={confirm.error && errorMessage(confirm.error).replace(/^Code: /, "")}
        />
        <Button type="submit" loading={confirm.isPending}>
          Turn it on
        </Button>
      </Stack>
    </form>
  );
}

function NewRecoveryCodes({ codes, onKept }: { codes: string[]; onKept: () => void }) {
  return (
    <Alert
      icon={<IconKey aria-hidden />}
      title="Store these recovery codes now: they are not shown again"
      color="indigo"
      mb="md"
      role="alert"
    >
      <Text mb="xs">Each of them replaces the app once, if you lose the phone.</Text>
      <CodeBlock code={codes.join("\n")} what="recovery codes" />
      <Button variant="default" size="compact-md" mt="sm" onClick={onKept}>
        I have stored them
      </Button>
    </Alert>
  );
}

type InUseProps = { methods: SignInMethods; since: string; onRenewed: (codes: string[]) => void };

function InUse({ methods: { recoveryCodesLeft }, since, onRenewed }: InUseProps) {
  const renew = useRenewRecoveryCodes();
  const makeCodes = () =>
    renew.mutate(undefined, {
      onSuccess: ({ recoveryCodes }) => onRenewed(recoveryCodes),
      onError: toast.error,
    });
  return (
    <>
      <Text mb="xs">
        On since <RelativeTime at={since} />. {codesLeftText(recoveryCodesLeft)}
      </Text>
      <Group>
        <Button variant="default" loading={renew.isPending} onClick={makeCodes}>
          New recovery codes
        </Button>
        <RemoveButton />
      </Group>
    </>
  );
}

function codesLeftText(count: number): string {
  if (count === 0) return "No recovery code is left: make new ones.";
  return count === 1 ? "1 recovery code is left." : `${count} recovery codes are left.`;
}

function RemoveButton() {
  const remove = useRemoveAuthenticator();
  const submit = () =>
    remove.mutate(undefined, {
      onSuccess: () => toast.success("Removed. Signing in needs no code any more."),
      onError: toast.error,
    });
  return (
    <LazyPopover
      position="bottom-start"
      label="Remove the authenticator app?"
      target={
        <Button variant="subtle" color="red">
          Remove the app
        </Button>
      }
    >
      {() => (
        <>
          <Text mb="xs">Your password alone will sign you in. Other sessions are signed out.</Text>
          <Button color="red" size="compact-md" loading={remove.isPending} onClick={submit}>
            Remove
          </Button>
        </>
      )}
    </LazyPopover>
  );
}
