import { Anchor, Button, Divider, Modal, PasswordInput, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";

import { errorMessage } from "../api/problem.ts";
import { ErrorAlert } from "../ui/listing.tsx";
import { PasskeyButton } from "./passkey-button.tsx";
import { SecondFactorForm } from "./second-factor-form.tsx";
import { signInMethodsQuery, useProve, useProveByPasskey } from "./sign-in-queries.ts";

type Props = { onDone: (isProved: boolean) => void };

/** Asks for the password, or for the second factor of an account that has one, before something dangerous is done. */
export function ProveDialog({ onDone }: Props) {
  const { data: methods, error } = useQuery(signInMethodsQuery);
  const byPasskey = useProveByPasskey();
  const succeed = () => onDone(true);
  return (
    <Modal
      opened
      onClose={() => onDone(false)}
      title="Is it still you?"
      closeButtonProps={{ "aria-label": "Cancel" }}
      zIndex={400}
    >
      <Stack>
        <Text>You signed in a while ago. Confirm that it is you, and it goes on.</Text>
        {error !== null && <ErrorAlert error={error} />}
        {methods && methods.authenticatorSince !== null && <CodeProof onDone={succeed} />}
        {methods?.authenticatorSince === null && methods.hasPassword && <PasswordProof onDone={succeed} />}
        {methods?.hasPasskey === true && (
          <>
            <Divider label="or" />
            <PasskeyButton
              label="Use a passkey"
              isPending={byPasskey.isPending}
              error={byPasskey.error}
              onClick={() => byPasskey.mutate(undefined, { onSuccess: succeed })}
            />
          </>
        )}
        <Text size="sm">
          Or{" "}
          <Anchor href="/sign-in?to=/account" target="_blank" rel="noreferrer">
            sign in again in another tab
          </Anchor>
          , come back, and{" "}
          <Anchor component="button" type="button" onClick={succeed}>
            go on
          </Anchor>
          .
        </Text>
      </Stack>
    </Modal>
  );
}

function CodeProof({ onDone }: { onDone: () => void }) {
  const prove = useProve();
  return (
    <SecondFactorForm
      submitLabel="Go on"
      isPending={prove.isPending}
      error={prove.error}
      onSubmit={(factor) => prove.mutate(factor, { onSuccess: onDone })}
    />
  );
}

function PasswordProof({ onDone }: { onDone: () => void }) {
  const prove = useProve();
  const form = useForm({ initialValues: { password: "" } });
  return (
    <form onSubmit={form.onSubmit((values) => prove.mutate(values, { onSuccess: onDone }))}>
      <Stack>
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          required
          data-autofocus
          {...form.getInputProps("password")}
          error={prove.error && errorMessage(prove.error).replace(/^Password: /, "")}
        />
        <Button type="submit" loading={prove.isPending}>
          Go on
        </Button>
      </Stack>
    </form>
  );
}
