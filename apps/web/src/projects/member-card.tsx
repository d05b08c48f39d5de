import { Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { Card } from "../ui/card.tsx";
import { Listing } from "../ui/listing.tsx";
import { membersQuery } from "./project-queries.ts";

const ROLES = {
  owner: "Owner: everything",
  editor: "Editor: checks and channels",
  viewer: "Viewer: looks on",
};

/** Who sees this project, and what each may do. */
export function MemberCard({ projectId }: { projectId: string }) {
  const query = useQuery(membersQuery(projectId));
  return (
    <Card title="Members">
      <Listing query={query} empty="Nobody.">
        {(members) => (
          <Table.ScrollContainer minWidth={420}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Name</Table.Th>
                  <Table.Th>E-mail</Table.Th>
                  <Table.Th>Role</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {members.map(({ userId, name, email, role }) => (
                  <Table.Tr key={userId}>
                    <Table.Td>{name}</Table.Td>
                    <Table.Td>{email}</Table.Td>
                    <Table.Td>{ROLES[role]}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Listing>
    </Card>
  );
}
