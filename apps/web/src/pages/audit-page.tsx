import { Anchor, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import type { InferResponseType } from "hono/client";
import { useState } from "react";

import { parseResponse, projectApi } from "../api/client.ts";
import { pagedQuery } from "../api/paging.ts";
import { AuditStreamCard } from "../projects/audit-stream-card.tsx";
import { Choice, SearchField } from "../ui/choice.tsx";
import { type Column, Dimmed, TableCard } from "../ui/data-table.tsx";
import { BackArrow, Page, TextLink } from "../ui/page.tsx";
import { ExactTime } from "../ui/time.tsx";
import styles from "./audit-page.module.css";

type AuditEntry = InferResponseType<typeof projectApi.audit.$get, 200>["items"][number];

type Filter = { noun?: string; text?: string };

const auditQuery = (projectId: string, filter: Filter) =>
  pagedQuery(["projects", projectId, "audit", filter.noun ?? "", filter.text ?? ""], (query) =>
    parseResponse(projectApi.audit.$get({ param: { projectId }, query: { ...query, ...filter } })),
  );

/** The kinds of things by which the list can be filtered. */
const NOUNS = [
  { value: "", label: "Everything" },
  { value: "check", label: "Checks" },
  { value: "channel", label: "Channels" },
  { value: "route", label: "Routes" },
  { value: "incident", label: "Incidents" },
  { value: "maintenance", label: "Maintenance" },
  { value: "member", label: "Members" },
  { value: "key", label: "API keys" },
  { value: "project", label: "The project" },
  { value: "account", label: "Sign-ins and accounts" },
];

const TYPING_PAUSE_MS = 250;

/** Who changed what in a project, newest first. */
export function AuditPage() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId/audit" });
  const [noun, setNoun] = useState("");
  const [typed, setTyped] = useState("");
  const [text] = useDebouncedValue(typed.trim(), TYPING_PAUSE_MS);
  const filter = { ...(noun !== "" && { noun }), ...(text !== "" && { text }) };
  return (
    <Page
      title="Audit"
      lead="Who changed what, kept for 400 days. Secrets are never kept: dots stand in their place."
      back={
        <TextLink to="/projects/$projectId/settings" params={{ projectId }}>
          <BackArrow />
          Settings
        </TextLink>
      }
    >
      <Text size="sm" mb="sm">
        <Anchor href={`/v1/projects/${projectId}/audit/export`} download underline="always">
          Download all as JSON lines
        </Anchor>
      </Text>
      <search className={styles["filters"]}>
        <SearchField label="Find" placeholder="Who, or to what" value={typed} onType={setTyped} />
        <Choice label="What was changed" options={NOUNS} value={noun} choose={setNoun} />
      </search>
      <TableCard
        query={useInfiniteQuery(auditQuery(projectId, filter))}
        empty={noun === "" && text === "" ? "Nothing was changed yet." : "No change matches."}
        columns={COLUMNS}
        rowKey={({ id }) => id}
      />
      <AuditStreamCard projectId={projectId} />
    </Page>
  );
}

const COLUMNS: Column<AuditEntry>[] = [
  { head: "When", cell: ({ at }) => <ExactTime at={at} /> },
  {
    head: "Who",
    look: "wide",
    cell: ({ actor, address, via }) => (
      <>
        {actor.kind === "key" ? `key “${actor.name}”` : actor.name}
        {via === "mcp" && " by MCP"}
        {address !== null && <Dimmed> from {address}</Dimmed>}
      </>
    ),
  },
  { head: "What", cell: ({ action }) => action.replace(".", ": ").replaceAll("-", " ") },
  { head: "To", look: "wide", cell: ({ object }) => object.name || "–" },
  { head: "Change", look: "wide", cell: (entry) => <Changes entry={entry} /> },
];

/** Each field with its value before and after; the names alone where no values are kept. */
function Changes({ entry: { fields, changes } }: { entry: AuditEntry }) {
  const others = fields.filter((field) => !(field in changes));
  if (fields.length === 0) return "–";
  return (
    <dl className={styles["changes"]}>
      {Object.entries(changes).map(([field, { before, after }]) => (
        <div key={field}>
          <dt>{field}</dt>
          <dd>
            {before !== null && (
              <>
                <del>{valueText(before)}</del> →{" "}
              </>
            )}
            <ins>{valueText(after)}</ins>
          </dd>
        </div>
      ))}
      {others.length > 0 && <div>{others.join(", ")}</div>}
    </dl>
  );
}

const VALUE_CHARS_MAX = 200;

function valueText(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (value === null || text === "" || text === undefined) return "nothing";
  return text.length > VALUE_CHARS_MAX ? `${text.slice(0, VALUE_CHARS_MAX)}…` : text;
}
