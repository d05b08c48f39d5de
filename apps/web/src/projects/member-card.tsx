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
  madeQuery,
  membersQuery,
  type MemberView,
  type Place,
  ROLES,
  rolesUpTo,
  toRole,
  useChangeRole,
  useLeave,
  useRemoveMember,
} from "./people-queries.ts";
import { isAdmin, type Role } from "../ui/role.tsx";
import { LazyPopover } from "../ui/lazy-popover.tsx";

type Props = { place: Place; own: Role };

/** The people in a project or an organization with their roles. Admins and owners invite and remove people, and change roles. */
export function MemberCard({ place, own }: Props) {
  const query = useQuery(membersQuery(place));
  const canChange = isAdmin(own);
  return (
    <Card title="Members">
      <Listing query={query} empty="Nobody is a member.">
        {(members) => (
          <DataTable
            columns={canChange ? adminColumns(place, own) : [...COLUMNS, ROLE_COLUMN]}
            rows={members}
            rowKey={({ userId }) => userId}
          />
        )}
      </Listing>
      {canChange && <Invitations place={place} own={own} />}
      <Leave place={place} />
    </Card>
  );
}

const COLUMNS: Column<MemberView>[] = [
  { head: "Name", cell: ({ name }) => name },
  { head: "E-mail", cell: ({ email }) => email },
];
const ROLE_COLUMN: Column<MemberView> = { head: "Role", cell: ({ role }) => ROLES[role] };

function adminColumns(place: Place, own: Role): Column<MemberView>[] {
  return [
    ...COLUMNS,
    { head: "Role", cell: (member) => <RoleSelect place={place} own={own} member={member} /> },
    {
      head: "Remove",
      isHeadHidden: true,
      cell: (member) =>
        member.ownRole === null ? (
          <Text size="sm" c="dimmed">
            by the organization
          </Text>
        ) : (
          <RemoveMember place={place} member={member} />
        ),
    },
  ];
}

type MemberProps = { place: Place; member: MemberView };

function RoleSelect({ place, own, member: { userId, name, role } }: MemberProps & { own: Role }) {
  const change = useChangeRole(place);
  const choices = rolesUpTo(own).map(({ value, label }) => ({ value, label: label.split(":")[0] ?? label }));
  // An admin does not change an owner.
  if (choices.every(({ value }) => value !== role)) return ROLES[role];
  return (
    <NativeSelect
      aria-label={`Role of ${name}`}
      data={choices}
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

/** Asks before removing a person, and lists what they made that works without them. */
function RemoveMember({ place, member: { userId, name } }: MemberProps) {
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
          title="Remove; the account stays"
        >
          <IconTrash size={17} />
        </ActionIcon>
      }
    >
      {() => <RemovalQuestion place={place} userId={userId} name={name} />}
    </LazyPopover>
  );
}

function RemovalQuestion({ place, userId, name }: { place: Place; userId: string; name: string }) {
  const { data: made = { keys: [], invitations: [] }, isPending } = useQuery(madeQuery({ ...place, userId }));
  const remove = useRemoveMember(place);
  const [endsKeys, setEndsKeys] = useState(false);
  const [endsInvitations, setEndsInvitations] = useState(true);
  const submit = () =>
    remove.mutate(
      { userId, keys: endsKeys ? "end" : "keep", invitations: endsInvitations ? "end" : "keep" },
      { onSuccess: () => toast.success(`${name} is no longer a member.`), onError: toast.error },
    );
  return (
    <Stack gap="xs">
      <Text>
        {name} loses access to this {nounOf(place)} immediately. To come back they need a new invitation.
      </Text>
      <Made
        title="They created these API keys, which keep working:"
        lines={made.keys.map((key) => `${key.name} (${key.scope})`)}
        choice={{ label: "Revoke these keys too", checked: endsKeys, onChange: setEndsKeys }}
      />
      <Made
        title="They invited these people, who have not accepted yet:"
        lines={made.invitations.map(({ email, role }) => `${email} (${role})`)}
        choice={{
          label: "Revoke these invitations too",
          checked: endsInvitations,
          onChange: setEndsInvitations,
        }}
      />
      <Button color="red" size="compact-md" disabled={isPending} loading={remove.isPending} onClick={submit}>
        Remove {name}
      </Button>
    </Stack>
  );
}

type MadeProps = {
  title: string;
  lines: string[];
  choice: { label: string; checked: boolean; onChange: (checked: boolean) => void };
};

/** One kind of what a member made, with the choice to end it. */
function Made({ title, lines, choice }: MadeProps) {
  if (lines.length === 0) return null;
  return (
    <>
      <Text>{title}</Text>
      <List>
        {lines.map((line) => (
          <List.Item key={line}>{line}</List.Item>
        ))}
      </List>
      <Checkbox
        label={choice.label}
        checked={choice.checked}
        onChange={(event) => choice.onChange(event.currentTarget.checked)}
      />
    </>
  );
}

/** Every member can leave, whatever their role. The server refuses this to the last owner, and says what to do. */
function Leave({ place }: { place: Place }) {
  const leave = useLeave(place);
  const navigate = useNavigate();
  const noun = nounOf(place);
  const submit = () =>
    leave.mutate(undefined, {
      onSuccess: () => {
        toast.success(`You left the ${noun}.`);
        void navigate({ to: "/" });
      },
      onError: toast.error,
    });
  return (
    <Group mt="md">
      <LazyPopover
        position="bottom-start"
        width={300}
        label={`Leave this ${noun}?`}
        target={
          <Button variant="default" size="compact-md">
            Leave this {noun}
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

function nounOf(place: Place): "project" | "organization" {
  return "projectId" in place ? "project" : "organization";
}
