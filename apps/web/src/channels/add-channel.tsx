import { TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import type { ChannelKind } from "./channel-queries.ts";
import { KindIcon } from "./kind-icon.tsx";
import styles from "./channel-list.module.css";

const GROUPS: Record<ChannelKind["group"], string> = {
  mail: "E-mail",
  chat: "Chats",
  push: "Push notifications",
  phone: "Phones",
  "on-call": "On-call services",
  other: "Anything else",
};

/** The kinds of channels to choose from, each a link to its form. */
export function AddChannel({ projectId, kinds }: { projectId: string; kinds: readonly ChannelKind[] }) {
  const [words, setWords] = useState("");
  const found = filterKinds(kinds, words);
  const groups = Object.entries(GROUPS)
    .map(([group, title]) => ({ group, title, offered: found.filter((kind) => kind.group === group) }))
    .filter(({ offered }) => offered.length > 0);
  return (
    <nav aria-label="Add a channel">
      <TextInput
        type="search"
        aria-label="Find a kind of channel"
        placeholder="Find a kind of channel"
        leftSection={<IconSearch size={16} aria-hidden />}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
        maw={360}
      />
      {found.length === 0 && (
        <output>No kind of channel has this name. A webhook reaches anything that speaks HTTP.</output>
      )}
      {groups.map(({ group, title: groupTitle, offered }) => (
        <section key={group} aria-labelledby={`kinds-${group}`}>
          <h3 id={`kinds-${group}`} className={styles["group"]}>
            {groupTitle}
          </h3>
          <div className={styles["kinds"]}>
            {offered.map(({ kind, title, summary, warning }) => (
              <Link
                key={kind}
                to="/projects/$projectId/channels/new/$kind"
                params={{ projectId, kind }}
                className={styles["kind"]}
              >
                <KindIcon kind={kind} />
                <strong>{title}</strong>
                <span>{summary}</span>
                {warning !== null && <span className={styles["missing"]}>{warning}</span>}
              </Link>
            ))}
          </div>
        </section>
      ))}
    </nav>
  );
}

/** Other names by which people search for a kind. */
const OTHER_NAMES: Record<string, string> = {
  teams: "ms microsoft office workflow",
  sms: "twilio text message phone",
  call: "twilio voice phone ring",
  "splunk-on-call": "victorops",
  "google-chat": "hangouts workspace gchat",
  matrix: "element synapse",
  opsgenie: "jira atlassian",
  webhook: "http json curl",
  email: "mail smtp",
};

/** The kinds whose name, summary or other names contain every word. */
export function filterKinds(kinds: readonly ChannelKind[], typed: string): ChannelKind[] {
  const words = typed
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return kinds.filter(({ kind, title, summary }) => {
    const text = `${kind} ${title} ${summary} ${OTHER_NAMES[kind] ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
