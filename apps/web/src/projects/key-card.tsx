import {
  ActionIcon,
  Alert,
  Button,
  Group,
  NativeSelect,
  Popover,
  Table,
  Text,
  TextInput,
  Tooltip,
  VisuallyHidden,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconKey, IconRefresh, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Ago } from "../ui/time.tsx";
import { Card } from "../ui/card.tsx";
import { CodeBlock } from "../ui/code-block.tsx";
import { Listing } from "../ui/listing.tsx";
import { tell } from "../ui/toast.tsx";
import { keysQuery, type KeyView, useCreateKey, useRevokeKey, useRotateKey } from "./project-queries.ts";

const SCOPES = [
  { value: "read", label: "Read: look at everything" },
  { value: "write", label: "Write: look and change" },
  { value: "ping", label: "Ping: nothing but ping, by slug" },
];

/** Keys for programs. A key is shown once, when it is made. */
export function KeyCard({ projectId }: { projectId: string }) {
  const query = useQuery(keysQuery(projectId));
  const [made, setMade] = useState<string | null>(null);
  return (
    <Card title="API keys">
      <Listing
        query={query}
        empty="No key yet. Programs use one to read and change this project through /v1."
      >
        {(keys) => <KeyTable projectId={projectId} keys={keys} onMade={setMade} />}
      </Listing>
      {made !== null && <MadeKey secret={made} onKept={() => setMade(null)} />}
      <NewKey projectId={projectId} onMade={setMade} />
    </Card>
  );
}

type Making = { projectId: string; onMade: (key: string) => void };

function KeyTable({ projectId, keys, onMade }: Making & { keys: readonly KeyView[] }) {
  return (
    <Table.ScrollContainer minWidth={480}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>May</Table.Th>
            <Table.Th>Begins with</Table.Th>
            <Table.Th>Last used</Table.Th>
            <Table.Th>Ends</Table.Th>
            <Table.Th>
              <VisuallyHidden>Rotate or revoke</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {keys.map((key) => (
            <Table.Tr key={key.id}>
              <Table.Td>{key.name}</Table.Td>
              <Table.Td>{key.scope}</Table.Td>
              <Table.Td>
                <code>{key.prefix}…</code>
              </Table.Td>
              <Table.Td>
                {key.lastUsedAt === null ? "never" : <Ago at={key.lastUsedAt} />}
                {key.lastUsedFrom !== null && ` from ${key.lastUsedFrom}`}
              </Table.Td>
              <Table.Td>{key.expiresAt === null ? "–" : <Ago at={key.expiresAt} />}</Table.Td>
              <Table.Td>
                <KeyActions projectId={projectId} keyView={key} onMade={onMade} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function KeyActions({ projectId, keyView: { id, name }, onMade }: Making & { keyView: KeyView }) {
  const rotate = useRotateKey(projectId);
  const revoke = useRevokeKey(projectId);
  return (
    <Group gap="xs" wrap="nowrap">
      <Tooltip label="Rotate: makes a new key; this one goes on for a day">
        <ActionIcon
          variant="subtle"
          aria-label={`Rotate ${name}`}
          onClick={() => rotate.mutate(id, { onSuccess: ({ key }) => onMade(key), onError: tell.trouble })}
        >
          <IconRefresh size={17} />
        </ActionIcon>
      </Tooltip>
      <Popover trapFocus returnFocus position="bottom-end">
        <Popover.Target>
          <ActionIcon variant="subtle" color="red" aria-label={`Revoke ${name}`}>
            <IconTrash size={17} />
          </ActionIcon>
        </Popover.Target>
        <Popover.Dropdown aria-label={`Revoke ${name}?`}>
          <Text mb="xs">It stops working at once, for good.</Text>
          <Button
            color="red"
            size="compact-md"
            loading={revoke.isPending}
            onClick={() => revoke.mutate(id, { onError: tell.trouble })}
          >
            Revoke {name}
          </Button>
        </Popover.Dropdown>
      </Popover>
    </Group>
  );
}

function MadeKey({ secret, onKept }: { secret: string; onKept: () => void }) {
  return (
    <Alert icon={<IconKey aria-hidden />} title="Keep this key: it is not shown again" color="indigo" mt="md">
      <CodeBlock code={secret} what="API key" />
      <Button variant="default" size="compact-sm" mt="sm" onClick={onKept}>
        I have kept it
      </Button>
    </Alert>
  );
}

function NewKey({ projectId, onMade }: Making) {
  const create = useCreateKey(projectId);
  const form = useForm({ initialValues: { name: "", scope: "read" } });
  const submit = ({ name, scope }: typeof form.values) =>
    create.mutate(
      { name, scope: scopeOf(scope) },
      {
        onSuccess: ({ key }) => {
          onMade(key);
          form.reset();
        },
        onError: tell.trouble,
      },
    );
  return (
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
  );
}

function scopeOf(text: string): KeyView["scope"] {
  return text === "write" || text === "ping" ? text : "read";
}
