import { DAY_MS } from "@overdue/schedules";
import { ActionIcon, Alert, Button, Group, NativeSelect, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconKey, IconRefresh, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Card } from "../ui/card.tsx";
import { CodeBlock } from "../ui/code-block.tsx";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { Listing } from "../ui/listing.tsx";
import { RelativeTime } from "../ui/time.tsx";
import { toast } from "../ui/toast.tsx";
import { keysQuery, type KeyView, useCreateKey, useRevokeKey, useRotateKey } from "./project-queries.ts";
import { mcpSettings } from "./connect-clients.ts";
import { Hint } from "../ui/hint.tsx";
import { LazyPopover } from "../ui/lazy-popover.tsx";

const SCOPES = [
  { value: "read", label: "Read, without what jobs sent" },
  { value: "read:bodies", label: "Read everything, with output and addresses" },
  { value: "write", label: "Read and change everything" },
  { value: "ping", label: "Ping checks by their slug, nothing else" },
  { value: "overview", label: "See the overview, for a screen on a wall" },
] as const;

/** The API keys of a project. The key itself is shown only once, after it was created. */
export function KeyCard({ projectId }: { projectId: string }) {
  const query = useQuery(keysQuery(projectId));
  const [secret, setSecret] = useState<string | null>(null);
  return (
    <Card title="API keys">
      <Listing
        query={query}
        empty="No key yet. Programs use one to read and change this project through /v1."
      >
        {(keys) => (
          <DataTable columns={keyColumns(projectId, setSecret)} rows={keys} rowKey={({ id }) => id} />
        )}
      </Listing>
      {secret !== null && (
        <NewKeySecret projectId={projectId} secret={secret} onKept={() => setSecret(null)} />
      )}
      <KeyForm projectId={projectId} onCreated={setSecret} />
    </Card>
  );
}

type SecretHandler = (secret: string) => void;

function keyColumns(projectId: string, onRotated: SecretHandler): Column<KeyView>[] {
  return [
    { head: "Name", cell: ({ name }) => name },
    { head: "Scope", cell: ({ scope }) => scope },
    { head: "Begins with", cell: ({ prefix }) => <code>{prefix}…</code> },
    {
      head: "Last used",
      cell: ({ lastUsedAt, lastUsedFrom }) => (
        <>
          {lastUsedAt === null ? "never" : <RelativeTime at={lastUsedAt} />}
          {lastUsedFrom !== null && ` from ${lastUsedFrom}`}
        </>
      ),
    },
    {
      head: "Only from",
      cell: ({ networks }) => (networks.length === 0 ? "anywhere" : networks.join(", ")),
    },
    {
      head: "Expires",
      cell: ({ expiresAt }) => (expiresAt === null ? "–" : <RelativeTime at={expiresAt} />),
    },
    {
      head: "Rotate or revoke",
      isHeadHidden: true,
      cell: (key) => <KeyActions projectId={projectId} apiKey={key} onRotated={onRotated} />,
    },
  ];
}

type ActionsProps = { projectId: string; apiKey: KeyView; onRotated: SecretHandler };

function KeyActions({ projectId, apiKey: { id, name }, onRotated }: ActionsProps) {
  const rotate = useRotateKey(projectId);
  const revoke = useRevokeKey(projectId);
  return (
    <Group gap="xs" wrap="nowrap">
      <Hint label="Rotate: creates a new key; this one works for another day">
        <ActionIcon
          variant="subtle"
          aria-label={`Rotate ${name}`}
          onClick={() => rotate.mutate(id, { onSuccess: ({ key }) => onRotated(key), onError: toast.error })}
        >
          <IconRefresh size={17} />
        </ActionIcon>
      </Hint>
      <LazyPopover
        position="bottom-end"
        label={`Revoke ${name}?`}
        target={
          <ActionIcon variant="subtle" color="red" aria-label={`Revoke ${name}`}>
            <IconTrash size={17} />
          </ActionIcon>
        }
      >
        {() => (
          <>
            <Text mb="xs">It stops working immediately and cannot be restored.</Text>
            <Button
              color="red"
              size="compact-md"
              loading={revoke.isPending}
              onClick={() => revoke.mutate(id, { onError: toast.error })}
            >
              Revoke {name}
            </Button>
          </>
        )}
      </LazyPopover>
    </Group>
  );
}

type SecretProps = { projectId: string; secret: string; onKept: () => void };

function NewKeySecret({ projectId, secret, onKept }: SecretProps) {
  const isForWall = secret.startsWith("ovo_");
  return (
    <Alert
      icon={<IconKey aria-hidden />}
      title={
        isForWall
          ? "Open this address on the screen; it is not shown again"
          : "Copy this key now: it is not shown again"
      }
      color="indigo"
      mt="md"
    >
      {isForWall ? (
        <CodeBlock code={wallAddress(projectId, secret)} what="address" />
      ) : (
        <>
          <CodeBlock code={secret} what="API key" />
          {/^hc[rw]_/.test(secret) && (
            <>
              <Text my="xs">For an assistant, by MCP:</Text>
              <CodeBlock code={mcpSettings(window.location.origin, secret)} what="settings for MCP clients" />
            </>
          )}
        </>
      )}
      <Button variant="default" size="compact-sm" mt="sm" onClick={onKept}>
        I have copied it
      </Button>
    </Alert>
  );
}

/** The key is behind "#", because a browser sends that part of an address to no server. */
function wallAddress(projectId: string, key: string): string {
  return `${window.location.origin}/wall#${new URLSearchParams({ project: projectId, key })}`;
}

function KeyForm({ projectId, onCreated }: { projectId: string; onCreated: SecretHandler }) {
  const create = useCreateKey(projectId);
  const form = useForm({ initialValues: { name: "", scope: "read", days: "", networks: "" } });
  const submit = ({ name, scope, days, networks }: typeof form.values) =>
    create.mutate(
      { name, scope: toScope(scope), expiresAt: endIn(days), networks: readNetworks(networks) },
      {
        onSuccess: ({ key }) => {
          onCreated(key);
          form.reset();
        },
        onError: toast.error,
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
        <NativeSelect label="Scope" data={SCOPES} {...form.getInputProps("scope")} />
        <NativeSelect label="Ends" data={ENDS} {...form.getInputProps("days")} />
        {form.values.scope !== "ping" && (
          <TextInput
            label="Works only from"
            placeholder="anywhere, or 10.0.0.0/8"
            {...form.getInputProps("networks")}
          />
        )}
        <Button type="submit" variant="default" loading={create.isPending}>
          Create key
        </Button>
      </Group>
    </form>
  );
}

const ENDS = [
  { value: "", label: "never" },
  { value: "7", label: "in a week" },
  { value: "90", label: "in 90 days" },
  { value: "365", label: "in a year" },
];

function endIn(days: string): string | null {
  return days === "" ? null : new Date(Date.now() + Number(days) * DAY_MS).toISOString();
}

/** Networks with commas or spaces between them. */
function readNetworks(text: string): string[] {
  return text.split(/[\s,]+/).filter((one) => one !== "");
}

function toScope(text: string): KeyView["scope"] {
  return SCOPES.find(({ value }) => value === text)?.value ?? "read";
}
