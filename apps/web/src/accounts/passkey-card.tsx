import { ActionIcon, Button, Group, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";

import { Card } from "../ui/card.tsx";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { LazyPopover } from "../ui/lazy-popover.tsx";
import { Listing } from "../ui/listing.tsx";
import { RelativeTime } from "../ui/time.tsx";
import { toast } from "../ui/toast.tsx";
import { canUsePasskeys, passkeyProblem } from "./passkeys.ts";
import {
  type PasskeyView,
  passkeysQuery,
  useAddPasskey,
  useRemovePasskey,
  useRenamePasskey,
} from "./sign-in-queries.ts";

/** The passkeys of the signed-in person. */
export function PasskeyCard() {
  const query = useQuery(passkeysQuery);
  return (
    <Card title="Passkeys">
      <Listing
        query={query}
        empty="None yet. A passkey signs you in by fingerprint, face or PIN of your device, in place of the password and any code."
      >
        {(passkeys) => <DataTable columns={COLUMNS} rows={passkeys} rowKey={({ id }) => id} />}
      </Listing>
      {canUsePasskeys() ? (
        <AddPasskey />
      ) : (
        <Text c="dimmed" mt="md">
          Passkeys can be added where Overdue is opened by https and under a name.
        </Text>
      )}
    </Card>
  );
}

const COLUMNS: Column<PasskeyView>[] = [
  { head: "Name", cell: (passkey) => <NameField key={passkey.name} passkey={passkey} /> },
  { head: "Added", cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
  {
    head: "Last used",
    cell: ({ lastUsedAt }) => (lastUsedAt === null ? "never" : <RelativeTime at={lastUsedAt} />),
  },
  { head: "Remove", isHeadHidden: true, cell: (passkey) => <RemovePasskey passkey={passkey} /> },
];

/** The name, which is saved when the field is left. */
function NameField({ passkey: { id, name } }: { passkey: PasskeyView }) {
  const rename = useRenamePasskey();
  const save = (typed: string) => {
    if (typed.trim() !== "" && typed !== name) rename.mutate({ id, name: typed }, { onError: toast.error });
  };
  return (
    <TextInput
      aria-label={`Name of ${name}`}
      defaultValue={name}
      maxLength={100}
      miw={130}
      onBlur={({ currentTarget }) => save(currentTarget.value)}
    />
  );
}

function RemovePasskey({ passkey: { id, name } }: { passkey: PasskeyView }) {
  const remove = useRemovePasskey();
  return (
    <LazyPopover
      position="bottom-end"
      label={`Remove ${name}?`}
      target={
        <ActionIcon variant="subtle" color="red" aria-label={`Remove ${name}`}>
          <IconTrash size={17} />
        </ActionIcon>
      }
    >
      {() => (
        <>
          <Text mb="xs">It signs nobody in any more. Remove it from the device too.</Text>
          <Button
            color="red"
            size="compact-md"
            loading={remove.isPending}
            onClick={() => remove.mutate(id, { onError: toast.error })}
          >
            Remove {name}
          </Button>
        </>
      )}
    </LazyPopover>
  );
}

function AddPasskey() {
  const add = useAddPasskey();
  const form = useForm({ initialValues: { name: "" } });
  const submit = ({ name }: { name: string }) =>
    add.mutate(name, {
      onSuccess: () => {
        form.reset();
        toast.success("Added. It signs you in from now on.");
      },
      onError: (error) => toast.problem(passkeyProblem(error)),
    });
  return (
    <form onSubmit={form.onSubmit(submit)}>
      <Group align="flex-end" mt="md">
        <TextInput
          label="Name of this device"
          placeholder="Laptop"
          required
          maxLength={100}
          {...form.getInputProps("name")}
        />
        <Button type="submit" variant="default" loading={add.isPending}>
          Add a passkey
        </Button>
      </Group>
    </form>
  );
}
