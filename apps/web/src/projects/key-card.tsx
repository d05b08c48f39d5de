import { ActionIcon, Alert, Button, Group, NativeSelect, Table, TextInput, Tooltip } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconKey, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Ago } from "../ui/ago.tsx";
import { Card } from "../ui/card.tsx";
import { CodeBlock } from "../ui/code-block.tsx";
import { Listing } from "../ui/listing.tsx";
import { tell } from "../ui/tell.tsx";
import { keysQuery, type KeyView, useCreateKey, useRevokeKey } from "./project-queries.ts";

const SCOPES = [
  { value: "read", label: "Read: look at everything" },
  { value: "write", label: "Write: look and change" },
  { value: "ping", label: "Ping: nothing but ping" },
];

/** Keys for programs. A key is shown once, when it is made. */
export function KeyCard({ projectId }: { projectId: string }) {
  const query = useQuery(keysQuery(projectId));
  return (
    <Card title="API keys">
      <Listing
        query={query}
        empty="No key yet. Programs use one to read and change this project through /v1."
      >
        {(keys) => <KeyTable projectId={projectId} keys={keys} />}
      </Listing>
      <NewKey projectId={projectId} />
    </Card>
  );
}

function KeyTable({ projectId, keys }: { projectId: string; keys: readonly KeyView[] }) {
  const revoke = useRevokeKey(projectId);
  return (
    <Table.ScrollContainer minWidth={480}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>May</Table.Th>
            <Table.Th>Begins with</Table.Th>
            <Table.Th>Last used</Table.Th>
            <Table.Th aria-label="Revoke" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {keys.map(({ id, name, scope, prefix, lastUsedAt }) => (
            <Table.Tr key={id}>
              <Table.Td>{name}</Table.Td>
              <Table.Td>{scope}</Table.Td>
              <Table.Td>
                <code>{prefix}…</code>
              </Table.Td>
              <Table.Td>{lastUsedAt === null ? "never" : <Ago at={lastUsedAt} />}</Table.Td>
              <Table.Td>
                <Tooltip label="Revoke: it stops working at once">
                  <ActionIcon
                    variant="subtle"
                    color="red"
                    aria-label={`Revoke ${name}`}
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

function NewKey({ projectId }: { projectId: string }) {
  const create = useCreateKey(projectId);
  const [made, setMade] = useState<string | null>(null);
  const form = useForm({ initialValues: { name: "", scope: "read" } });
  const submit = ({ name, scope }: typeof form.values) =>
    create.mutate(
      { name, scope: scopeOf(scope) },
      {
        onSuccess: ({ key }) => {
          setMade(key);
          form.reset();
        },
        onError: tell.trouble,
      },
    );
  return (
    <>
      {made !== null && (
        <Alert
          icon={<IconKey aria-hidden />}
          title="Keep this key: it is not shown again"
          color="indigo"
          mt="md"
        >
          <CodeBlock code={made} what="API key" />
          <Button variant="default" size="compact-sm" mt="sm" onClick={() => setMade(null)}>
            I have kept it
          </Button>
        </Alert>
      )}
      <form onSubmit={form.onSubmit(submit)}>
        <Group align="flex-end" mt="md">
          <TextInput
            label="Name"
            placeholder="terraform"
            required
            maxLength={100}
            {...form.getInputProps("name")}
          />
          <NativeSelect label="It may" data={SCOPES} {...form.getInputProps("scope")} />
          <Button type="submit" variant="default" loading={create.isPending}>
            Make a key
          </Button>
        </Group>
      </form>
    </>
  );
}

function scopeOf(text: string): KeyView["scope"] {
  return text === "write" || text === "ping" ? text : "read";
}
