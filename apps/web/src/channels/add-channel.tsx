import { TextInput } from "@mantine/core";
import { type ChannelKind, channelKinds } from "@overdue/channels";
import { IconSearch } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { foundKinds } from "./found-kinds.ts";
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

/** The kinds of channels, each the way to a form of its own. */
export function AddChannel({ projectId }: { projectId: string }) {
  const [words, setWords] = useState("");
  const found = foundKinds(Object.entries(channelKinds), words);
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
        <output>There is none of this name. A webhook reaches whatever speaks HTTP.</output>
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
              </Link>
            ))}
          </div>
        </section>
      ))}
    </nav>
  );
}
