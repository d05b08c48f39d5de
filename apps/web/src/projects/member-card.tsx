import {
  ActionIcon,
  Button,
  Checkbox,
  Group,
  List,
  NativeSelect,
  Popover,
  Stack,
  Table,
  Text,
  Tooltip,
  VisuallyHidden,
} from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useNavigate } from "@tanstack/react-router";

import { Card } from "../ui/card.tsx";
import { Listing } from "../ui/listing.tsx";
import { tell } from "../ui/toast.tsx";
import { Invitations } from "./invitations.tsx";
import {
  memberKeysQuery,
  membersQuery,
  type MemberView,
  roleOf,
  ROLES,
  useChangeRole,
  useLeave,
  useRemoveMember,
} from "./project-queries.ts";

const SHORT = [
  { value: "viewer", label: "Viewer" },
  { value: "editor", label: "Editor" },
  { value: "owner", label: "Owner" },
];

type MemberCardProps = { projectId: string; mayChange: boolean };

/** Who sees this project, and what each may do. */
export function MemberCard({ projectId, mayChange }: MemberCardProps) {
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
      {mayChange && <Invitations projectId={projectId} />}
      <LeaveProject projectId={projectId} />
    </Card>
  );
}

function Changes({ projectId, member }: { projectId: string; member: MemberView }) {
  const change = useChangeRole(projectId);
  const { userId, name, role } = member;
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
        <RemoveMember projectId={projectId} member={member} />
      </Table.Td>
    </>
  );
}

type RemoveMemberProps = { projectId: string; member: MemberView };

/** Asks before it removes, and says which API keys of the person would go on. */
function RemoveMember({ projectId, member: { userId, name } }: RemoveMemberProps) {
  return (
    <Popover trapFocus returnFocus position="bottom-end" width={320}>
      <Popover.Target>
        <Tooltip label="Remove from the project; the account stays">
          <ActionIcon variant="subtle" color="red" aria-label={`Remove ${name}`}>
            <IconTrash size={17} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label={`Remove ${name}?`}>
        <Question projectId={projectId} userId={userId} name={name} />
      </Popover.Dropdown>
    </Popover>
  );
}

function Question({ projectId, userId, name }: { projectId: string; userId: string; name: string }) {
  const { data: keys = [], isPending } = useQuery(memberKeysQuery({ projectId, userId }));
  const remove = useRemoveMember(projectId);
  const [endKeys, setEndKeys] = useState(false);
  const submit = () =>
    remove.mutate(
      { userId, keys: endKeys ? "end" : "keep" },
      { onSuccess: () => tell.done(`${name} is no member any more.`), onError: tell.trouble },
    );
  return (
    <Stack gap="xs">
      <Text>{name} cannot see this project any more, at once. To come back they need a new invitation.</Text>
      {keys.length > 0 && (
        <>
          <Text>They made these API keys, which go on working:</Text>
          <List>
            {keys.map((key) => (
              <List.Item key={key.id}>
                {key.name} ({key.scope})
              </List.Item>
            ))}
          </List>
          <Checkbox
            label="End these keys too"
            checked={endKeys}
            onChange={(event) => setEndKeys(event.currentTarget.checked)}
          />
        </>
      )}
      <Button color="red" size="compact-md" disabled={isPending} loading={remove.isPending} onClick={submit}>
        Remove {name}
      </Button>
    </Stack>
  );
}

/** Everybody may go, whatever the role; the server keeps the last owner, and says the way out. */
function LeaveProject({ projectId }: { projectId: string }) {
  const leave = useLeave(projectId);
  const navigate = useNavigate();
  const submit = () =>
    leave.mutate(undefined, {
      onSuccess: () => {
        tell.done("You left the project.");
        void navigate({ to: "/" });
      },
      onError: tell.trouble,
    });
  return (
    <Group mt="md">
      <Popover trapFocus returnFocus position="bottom-start" width={300}>
        <Popover.Target>
          <Button variant="default" size="compact-md">
            Leave this project
          </Button>
        </Popover.Target>
        <Popover.Dropdown aria-label="Leave this project?">
          <Text mb="xs">You cannot see it any more. To come back you need an invitation.</Text>
          <Button color="red" size="compact-md" loading={leave.isPending} onClick={submit}>
            Leave
          </Button>
        </Popover.Dropdown>
      </Popover>
    </Group>
  );
}
