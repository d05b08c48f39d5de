import { ActionIcon, Button, Group, List, NativeSelect, Stack, Text } from "@mantine/core";
import { Checkbox } from "../ui/checkbox.tsx";
import { IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { Card } from "../ui/card.tsx";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { Listing } from "../ui/listing.tsx";
import { toast } from "../ui/toast.tsx";
import { Invitations } from "./invitations.tsx";
import {
  memberKeysQuery,
  membersQuery,
  type MemberView,
  ROLES,
  toRole,
  useChangeRole,
  useLeaveProject,
  useRemoveMember,
} from "./project-queries.ts";
import { LazyPopover } from "../ui/lazy-popover.tsx";

type Props = { projectId: string; canChange: boolean };

/** The members of a project and their roles. Owners can invite and remove people, and change roles. */
export function MemberCard({ projectId, canChange }: Props) {
  const query = useQuery(membersQuery(projectId));
  return (
    <Card title="Members">
      <Listing query={query} empty="This project has no members.">
        {(members) => (
          <DataTable
            columns={canChange ? ownerColumns(projectId) : [...COLUMNS, ROLE_COLUMN]}
            rows={members}
            rowKey={({ userId }) => userId}
          />
        )}
      </Listing>
      {canChange && <Invitations projectId={projectId} />}
      <LeaveProject projectId={projectId} />
    </Card>
  );
}

const COLUMNS: Column<MemberView>[] = [
  { head: "Name", cell: ({ name }) => name },
  { head: "E-mail", cell: ({ email }) => email },
];
const ROLE_COLUMN: Column<MemberView> = { head: "Role", cell: ({ role }) => ROLES[role] };

function ownerColumns(projectId: string): Column<MemberView>[] {
  return [
    ...COLUMNS,
    { head: "Role", cell: (member) => <RoleSelect projectId={projectId} member={member} /> },
    {
      head: "Remove",
      isHeadHidden: true,
      cell: (member) => <RemoveMember projectId={projectId} member={member} />,
    },
  ];
}

type MemberProps = { projectId: string; member: MemberView };

const ROLE_NAMES = [
  { value: "viewer", label: "Viewer" },
  { value: "editor", label: "Editor" },
  { value: "owner", label: "Owner" },
];

function RoleSelect({ projectId, member: { userId, name, role } }: MemberProps) {
  const change = useChangeRole(projectId);
  return (
    <NativeSelect
      aria-label={`Role of ${name}`}
      data={ROLE_NAMES}
      value={role}
      disabled={change.isPending}
      onChange={({ currentTarget }) =>
        change.mutate(
          { userId, role: toRole(currentTarget.value), previous: role },
          { onSuccess: () => toast.success(`The role of ${name} is changed.`), onError: toast.error },
        )
      }
    />
  );
}

/** Asks before removing a person, and lists the API keys that they created, which would keep working. */
function RemoveMember({ projectId, member: { userId, name } }: MemberProps) {
  return (
    <LazyPopover
      position="bottom-end"
      width={320}
      label={`Remove ${name}?`}
      target={
        <ActionIcon
          variant="subtle"
          color="red"
          aria-label={`Remove ${name}`}
          title="Remove from the project; the account stays"
        >
          <IconTrash size={17} />
        </ActionIcon>
      }
    >
      {() => <RemovalQuestion projectId={projectId} userId={userId} name={name} />}
    </LazyPopover>
  );
}

function RemovalQuestion({ projectId, userId, name }: { projectId: string; userId: string; name: string }) {
  const { data: keys = [], isPending } = useQuery(memberKeysQuery({ projectId, userId }));
  const remove = useRemoveMember(projectId);
  const [revokeKeys, setRevokeKeys] = useState(false);
  const submit = () =>
    remove.mutate(
      { userId, keys: revokeKeys ? "end" : "keep" },
      { onSuccess: () => toast.success(`${name} is no longer a member.`), onError: toast.error },
    );
  return (
    <Stack gap="xs">
      <Text>{name} loses access to this project immediately. To come back they need a new invitation.</Text>
      {keys.length > 0 && (
        <>
          <Text>They created these API keys, which keep working:</Text>
          <List>
            {keys.map((key) => (
              <List.Item key={key.id}>
                {key.name} ({key.scope})
              </List.Item>
            ))}
          </List>
          <Checkbox
            label="Revoke these keys too"
            checked={revokeKeys}
            onChange={(event) => setRevokeKeys(event.currentTarget.checked)}
          />
        </>
      )}
      <Button color="red" size="compact-md" disabled={isPending} loading={remove.isPending} onClick={submit}>
        Remove {name}
      </Button>
    </Stack>
  );
}

/** Every member can leave, whatever their role. The server refuses this to the last owner, and says what to do. */
function LeaveProject({ projectId }: { projectId: string }) {
  const leave = useLeaveProject(projectId);
  const navigate = useNavigate();
  const submit = () =>
    leave.mutate(undefined, {
      onSuccess: () => {
        toast.success("You left the project.");
        void navigate({ to: "/" });
      },
      onError: toast.error,
    });
  return (
    <Group mt="md">
      <LazyPopover
        position="bottom-start"
        width={300}
        label="Leave this project?"
        target={
          <Button variant="default" size="compact-md">
            Leave this project
          </Button>
        }
      >
        {() => (
          <>
            <Text mb="xs">You lose access to it. To come back you need an invitation.</Text>
            <Button color="red" size="compact-md" loading={leave.isPending} onClick={submit}>
              Leave
            </Button>
          </>
        )}
      </LazyPopover>
    </Group>
  );
}
