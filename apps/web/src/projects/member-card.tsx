import { NativeSelect, Table, VisuallyHidden } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { Card } from "../ui/card.tsx";
import { Listing } from "../ui/listing.tsx";
import { tell } from "../ui/tell.tsx";
import { Invitations } from "./invitations.tsx";
import { LeaveProject } from "./leave-project.tsx";
import { membersQuery, type MemberView, useChangeRole } from "./project-queries.ts";
import { RemoveMember } from "./remove-member.tsx";
import { roleOf, ROLES } from "./roles.ts";

const SHORT = [
  { value: "viewer", label: "Viewer" },
  { value: "editor", label: "Editor" },
  { value: "owner", label: "Owner" },
];

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
