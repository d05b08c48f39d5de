import {
  ActionIcon,
  Button,
  Group,
  NativeSelect,
  Table,
  TextInput,
  Tooltip,
  VisuallyHidden,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";

import { fieldErrors } from "../api/field-errors.ts";
import { ApiError } from "../api/problem.ts";
import { Card } from "../ui/card.tsx";
import { Listing } from "../ui/listing.tsx";
import { tell } from "../ui/tell.tsx";
import {
  membersQuery,
  type MemberView,
  type Role,
  useAddMember,
  useChangeRole,
  useRemoveMember,
} from "./project-queries.ts";

const ROLES: Record<Role, string> = {
  viewer: "Viewer: looks on",
  editor: "Editor: checks, channels, routes",
  owner: "Owner: everything, members and keys too",
};
const SHORT = [
  { value: "viewer", label: "Viewer" },
  { value: "editor", label: "Editor" },
  { value: "owner", label: "Owner" },
];
const CHOICES = Object.entries(ROLES).map(([value, label]) => ({ value, label }));

type Props = { projectId: string; mayChange: boolean };

/** Who sees this project, and what each may do. */
export function MemberCard({ projectId, mayChange }: Props) {
  const query = useQuery(membersQuery(projectId));
  return (
    <Card title="Members">
      <Listing query={query} empty="Nobody.">
        {(members) => (
          <Table.ScrollContainer minWidth={480}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Name</Table.Th>
                  <Table.Th>E-mail</Table.Th>
                  <Table.Th>Role</Table.Th>
                  {mayChange && (
                    <Table.Th>
                      <VisuallyHidden>Remove</VisuallyHidden>
                    </Table.Th>
                  )}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {members.map((member) => (
                  <Table.Tr key={member.userId}>
                    <Table.Td>{member.name}</Table.Td>
                    <Table.Td>{member.email}</Table.Td>
                    {mayChange ? (
                      <Changes projectId={projectId} member={member} />
                    ) : (
                      <Table.Td>{ROLES[member.role]}</Table.Td>
                    )}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Listing>
      {mayChange && <NewMember projectId={projectId} />}
    </Card>
  );
}

function Changes({ projectId, member }: { projectId: string; member: MemberView }) {
  const change = useChangeRole(projectId);
  const remove = useRemoveMember(projectId);
  const add = useAddMember(projectId);
  const { userId, name, email, role } = member;
  const takeOut = () =>
    remove.mutate(userId, {
      onSuccess: () =>
        tell.undoable(`${name} is no member any more.`, () =>
          add.mutate({ email, role }, { onError: tell.trouble }),
        ),
      onError: tell.trouble,
    });
  return (
    <>
      <Table.Td>
        <NativeSelect
          aria-label={`Role of ${name}`}
          data={SHORT}
          value={role}
          disabled={change.isPending}
          onChange={({ currentTarget }) =>
            change.mutate(
              { userId, role: roleOf(currentTarget.value), seen: role },
              { onSuccess: () => tell.done(`${name} has another role now.`), onError: tell.trouble },
            )
          }
        />
      </Table.Td>
      <Table.Td>
        <Tooltip label="Remove from the project; the account stays">
          <ActionIcon variant="subtle" color="red" aria-label={`Remove ${name}`} onClick={takeOut}>
            <IconTrash size={17} />
          </ActionIcon>
        </Tooltip>
      </Table.Td>
    </>
  );
}

function NewMember({ projectId }: { projectId: string }) {
  const add = useAddMember(projectId);
  const form = useForm({ initialValues: { email: "", role: "viewer" } });
  const submit = ({ email, role }: typeof form.values) =>
    add.mutate(
      { email: email.trim(), role: roleOf(role) },
      {
        onSuccess: ({ name }) => {
          form.reset();
          tell.done(`${name} is a member now.`);
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
          label="E-mail of the account"
          placeholder="bob@example.org"
          required
          maxLength={254}
          {...form.getInputProps("email")}
        />
        <NativeSelect label="Role" data={CHOICES} {...form.getInputProps("role")} />
        <Button type="submit" variant="default" loading={add.isPending} mt={25}>
          Add the member
        </Button>
      </Group>
    </form>
  );
}

function roleOf(text: string): Role {
  return text === "owner" || text === "editor" ? text : "viewer";
}
