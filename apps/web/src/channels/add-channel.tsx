import { TextInput } from "@mantine/core";
import { type ChannelKind, channelKinds } from "@overdue/channels";
import { IconSearch } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

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
export function AddChannel({ projectId, canMail }: { projectId: string; canMail: boolean }) {
  const [words, setWords] = useState("");
  const found = filterKinds(Object.entries(channelKinds), words);
  const groups = Object.entries(GROUPS)
    .map(([group, title]) => ({ group, title, kinds: found.filter(([, kind]) => kind.group === group) }))
    .filter(({ kinds }) => kinds.length > 0);
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
      {groups.map(({ group, title: groupTitle, kinds }) => (
        <section key={group} aria-labelledby={`kinds-${group}`}>
          <h3 id={`kinds-${group}`} className={styles["group"]}>
            {groupTitle}
          </h3>
          <div className={styles["kinds"]}>
            {kinds.map(([kind, { title, summary }]) => (
              <Link
                key={kind}
                to="/projects/$projectId/channels/new/$kind"
                params={{ projectId, kind }}
                className={styles["kind"]}
              >
                <KindIcon kind={kind} />
                <strong>{title}</strong>
                <span>{summary}</span>
                {kind === "email" && !canMail && (
                  <span className={styles["missing"]}>
                    Needs a mail server: the operator must set SMTP_URL
                  </span>
                )}
              </Link>
            ))}
          </div>
        </section>
      ))}
    </nav>
  );
}

type Named = [name: string, kind: Pick<ChannelKind, "title" | "summary" | "group">];
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
export function filterKinds<Kind extends Named>(kinds: readonly Kind[], typed: string): Kind[] {
  const words = typed
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return kinds.filter(([name, { title, summary }]) => {
    const text = `${name} ${title} ${summary} ${OTHER_NAMES[name] ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
