import { Alert, Button, Group, Text, TextInput } from "@mantine/core";
import { isEmail, useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";

import { Card } from "../ui/card.tsx";
import { ExactTime } from "../ui/time.tsx";
import { toast } from "../ui/toast.tsx";
import { emailChangeQuery, useCancelEmailChange, useChangeEmail } from "./account-end-queries.ts";
import { instanceQuery } from "./account-queries.ts";

/** Changes the address of the account, and shows a change that waits. */
export function EmailCard() {
  const { data: instance } = useQuery(instanceQuery);
  const { data: change } = useQuery(emailChangeQuery);
  if (instance === undefined || change === undefined) return null;
  return (
    <Card title="E-mail address">
      {change.newEmail !== null && <Waiting change={{ ...change, newEmail: change.newEmail }} />}
      {instance.passwordReset ? (
        <ChangeForm email={change.email} />
      ) : (
        <Text c="dimmed">
          This instance has no mail server, so it cannot ask the new address. Its operator can change your
          address.
        </Text>
      )}
    </Card>
  );
}

type Change = {
  email: string;
  newEmail: string;
  isConfirmedByOld: boolean;
  isConfirmedByNew: boolean;
  expiresAt: string | null;
};

function Waiting({
  change: { email, newEmail, isConfirmedByOld, isConfirmedByNew, expiresAt },
}: {
  change: Change;
}) {
  const cancel = useCancelEmailChange();
  const open = [...(isConfirmedByOld ? [] : [email]), ...(isConfirmedByNew ? [] : [newEmail])];
  return (
    <Alert color="orange" title={`The change to ${newEmail} waits`} mb="md">
      <Text mb="xs">
        Open the link in the e-mail to {open.join(", and in the one to ")}
        {expiresAt !== null && (
          <>
            , until <ExactTime at={expiresAt} />
          </>
        )}
        . Until then nothing changes.
      </Text>
      <Button
        variant="default"
        size="compact-md"
        loading={cancel.isPending}
        onClick={() => cancel.mutate(undefined, { onError: toast.error })}
      >
        Cancel the change
      </Button>
    </Alert>
  );
}

function ChangeForm({ email }: { email: string }) {
  const change = useChangeEmail();
  const form = useForm({
    initialValues: { email: "" },
    validate: { email: isEmail("Enter an e-mail address, such as anna@example.org.") },
  });
  const submit = (values: { email: string }) =>
    change.mutate(values.email, {
      onSuccess: () => form.reset(),
      onError: (error) => form.setFieldError("email", error.message),
    });
  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Text mb="xs">
        It is {email}. Both addresses get a link to confirm the change, which then ends your other sessions.
        Channels that send to the old address stay as they are.
      </Text>
      <Group align="flex-end">
        <TextInput
          label="New address"
          flex="1 1 240px"
          maw={360}
          type="email"
          autoComplete="email"
          required
          {...form.getInputProps("email")}
        />
        <Button type="submit" variant="default" loading={change.isPending}>
          Change the address
        </Button>
      </Group>
    </form>
  );
}
