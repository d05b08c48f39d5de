import { ActionIcon, Alert, Button, Group, NativeSelect, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconMail, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { ApiError, errorsByField } from "../api/problem.ts";
import { CodeBlock } from "../ui/code-block.tsx";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { RelativeTime } from "../ui/time.tsx";
import { toast } from "../ui/toast.tsx";
import {
  invitationsQuery,
  type InvitationView,
  type Place,
  rolesUpTo,
  toRole,
  useInvite,
  useRevokeInvitation,
} from "./people-queries.ts";
import { Hint } from "../ui/hint.tsx";
import type { Role } from "../ui/role.tsx";

/** The open invitations to a project or an organization, and a form for another one. `own`: the person's role there. */
export function Invitations({ place, own }: { place: Place; own: Role }) {
  const [link, setLink] = useState<string | null>(null);
  return (
    <>
      <OpenInvitations place={place} />
      {link !== null && (
        <Alert
          icon={<IconMail aria-hidden />}
          title="Send this link to the person yourself"
          color="indigo"
          mt="md"
        >
          <Text mb="xs">
            No mail server is set, so no e-mail was sent. The link is shown only now, and works for three
            days.
          </Text>
          <CodeBlock code={link} what="invitation link" />
        </Alert>
      )}
      <InvitationForm place={place} own={own} onLink={setLink} />
    </>
  );
}

function OpenInvitations({ place }: { place: Place }) {
  const { data: invitations = [] } = useQuery(invitationsQuery(place));
  const revoke = useRevokeInvitation(place);
  if (invitations.length === 0) return null;
  const columns: Column<InvitationView>[] = [
    { head: "Invited", cell: ({ email }) => email },
    { head: "Role", cell: ({ role }) => role },
    { head: "Expires", cell: ({ expiresAt }) => <RelativeTime at={expiresAt} /> },
    {
      head: "Revoke",
      isHeadHidden: true,
      cell: ({ id, email }) => (
        <Hint label="Revoke: the link stops working">
          <ActionIcon
            variant="subtle"
            color="red"
            aria-label={`Revoke the invitation of ${email}`}
            onClick={() => revoke.mutate(id, { onError: toast.error })}
          >
            <IconTrash size={17} />
          </ActionIcon>
        </Hint>
      ),
    },
  ];
  return <DataTable columns={columns} rows={invitations} rowKey={({ id }) => id} />;
}

type FormProps = { place: Place; own: Role; onLink: (link: string | null) => void };

function InvitationForm({ place, own, onLink }: FormProps) {
  const invite = useInvite(place);
  const form = useForm({ initialValues: { email: "", role: "viewer" } });
  const submit = ({ email, role }: typeof form.values) =>
    invite.mutate(
      { email: email.trim(), role: toRole(role) },
      {
        onSuccess: (invitation) => {
          form.reset();
          onLink(invitation.link);
          toast.success(`${invitation.email} is invited, and becomes a member by accepting.`);
        },
        onError: (error) => {
          if (error instanceof ApiError && error.errors.length > 0)
            form.setErrors(errorsByField(error.errors));
          else toast.error(error);
        },
      },
    );
  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Group align="flex-start" mt="md">
        <TextInput
          type="email"
          label="Invite by e-mail"
          placeholder="bob@example.org"
          required
          maxLength={254}
          {...form.getInputProps("email")}
        />
        <NativeSelect label="Role" data={rolesUpTo(own)} {...form.getInputProps("role")} />
        <Button type="submit" variant="default" loading={invite.isPending} mt={25}>
          Invite
        </Button>
      </Group>
    </form>
  );
}
