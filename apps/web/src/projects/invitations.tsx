import {
  ActionIcon,
  Alert,
  Button,
  Group,
  NativeSelect,
  Table,
  Text,
  TextInput,
  Tooltip,
  VisuallyHidden,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconMail, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { ApiError, fieldErrors } from "../api/problem.ts";
import { Ago } from "../ui/time.tsx";
import { CodeBlock } from "../ui/code-block.tsx";
import { tell } from "../ui/toast.tsx";
import { invitationsQuery, roleOf, ROLES, useInvite, useRevokeInvitation } from "./project-queries.ts";

const CHOICES = Object.entries(ROLES).map(([value, label]) => ({ value, label }));

/** Whom an owner has asked to become a member, and who has not answered yet. */
export function Invitations({ projectId }: { projectId: string }) {
  const [link, setLink] = useState<string | null>(null);
  return (
    <>
      <OpenInvitations projectId={projectId} />
      {link !== null && (
        <Alert
          icon={<IconMail aria-hidden />}
          title="Give this link to the person yourself"
          color="indigo"
          mt="md"
        >
          <Text mb="xs">
            No mail server is set, so no mail was sent. It is shown this once, and works for three days.
          </Text>
          <CodeBlock code={link} what="invitation link" />
        </Alert>
      )}
      <NewInvitation projectId={projectId} onLink={setLink} />
    </>
  );
}

function OpenInvitations({ projectId }: { projectId: string }) {
  const { data: invitations = [] } = useQuery(invitationsQuery(projectId));
  const revoke = useRevokeInvitation(projectId);
  if (invitations.length === 0) return null;
  return (
    <Table.ScrollContainer minWidth={480}>
      <Table mt="md">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Invited</Table.Th>
            <Table.Th>Role</Table.Th>
            <Table.Th>Ends</Table.Th>
            <Table.Th>
              <VisuallyHidden>Revoke</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {invitations.map(({ id, email, role, expiresAt }) => (
            <Table.Tr key={id}>
              <Table.Td>{email}</Table.Td>
              <Table.Td>{role}</Table.Td>
              <Table.Td>
                <Ago at={expiresAt} />
              </Table.Td>
              <Table.Td>
                <Tooltip label="Revoke: the link leads nowhere from then on">
                  <ActionIcon
                    variant="subtle"
                    color="red"
                    aria-label={`Revoke the invitation of ${email}`}
                    onClick={() => revoke.mutate(id, { onError: tell.trouble })}
                  >
                    <IconTrash size={17} />
                  </ActionIcon>
                </Tooltip>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

type NewProps = { projectId: string; onLink: (link: string | null) => void };

function NewInvitation({ projectId, onLink }: NewProps) {
  const invite = useInvite(projectId);
  const form = useForm({ initialValues: { email: "", role: "viewer" } });
  const submit = ({ email, role }: typeof form.values) =>
    invite.mutate(
      { email: email.trim(), role: roleOf(role) },
      {
        onSuccess: (invitation) => {
          form.reset();
          onLink(invitation.link);
          tell.done(`${invitation.email} is invited, and becomes a member by accepting.`);
        },
        onError: (error) => {
          if (error instanceof ApiError && error.errors.length > 0) form.setErrors(fieldErrors(error.errors));
          else tell.trouble(error);
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
        <NativeSelect label="Role" data={CHOICES} {...form.getInputProps("role")} />
        <Button type="submit" variant="default" loading={invite.isPending} mt={25}>
          Invite
        </Button>
      </Group>
    </form>
  );
}
