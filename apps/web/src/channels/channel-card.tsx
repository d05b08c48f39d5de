import { ActionIcon, Button, Menu } from "@mantine/core";
import { IconDotsVertical, IconPencil, IconSend, IconTrash } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { Ago } from "../ui/ago.tsx";
import { ManagedMark } from "../ui/managed-mark.tsx";
import { EditorsOnly } from "../ui/role.tsx";
import { AskAgain } from "./ask-again.tsx";
import type { ChannelView } from "./channel-queries.ts";
import { ChannelState } from "./channel-state.tsx";
import { ChannelTrouble } from "./channel-trouble.tsx";
import { kindTitle } from "./kind-title.ts";
import { KindIcon } from "./kind-icon.tsx";
import styles from "./channel-list.module.css";

type Props = {
  projectId: string;
  channel: ChannelView;
  /** The names of the checks that alert it. */
  checkNames: readonly string[];
  testing: boolean;
  onTest: () => void;
  onDelete: () => void;
  /** What is known of a test that was sent. */
  children: ReactNode;
};

/** One channel: how it does, who uses it, what can be done with it. */
export function ChannelCard(props: Props) {
  const { channel, checkNames, children } = props;
  return (
    <li className={styles["channel"]}>
      <div className={styles["head"]}>
        <KindIcon kind={channel.kind} />
        <div>
          <div className={styles["name"]}>{channel.name}</div>
          <div className={styles["hint"]}>
            {kindTitle(channel.kind)} · {channel.hint}
          </div>
        </div>
        <EditorsOnly>
          <Actions {...props} />
        </EditorsOnly>
      </div>
      <div className={styles["facts"]}>
        <ChannelState channel={channel} />
        <ManagedMark managedBy={channel.managedBy} />
        {channel.isFallback && <span>The fall-back of this project</span>}
        <span>Last delivered: {channel.lastSentAt === null ? "never" : <Ago at={channel.lastSentAt} />}</span>
        <span>{usedBy(checkNames)}</span>
      </div>
      <ChannelTrouble channel={channel} />
      {children}
    </li>
  );
}

function Actions({ projectId, channel, testing, onTest, onDelete }: Props) {
  return (
    <div className={styles["actions"]}>
      {channel.unconfirmedSince !== null ? (
        <AskAgain projectId={projectId} channel={channel} />
      ) : (
        channel.brokenBy !== "recipient" && (
          <Button
            variant="default"
            size="compact-md"
            leftSection={<IconSend size={16} aria-hidden />}
            loading={testing}
            onClick={onTest}
          >
            Send a test
          </Button>
        )
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size={30} aria-label={`What to do with ${channel.name}`}>
            <IconDotsVertical size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            component={Link}
            to={`/projects/${projectId}/channels/${channel.id}`}
            leftSection={<IconPencil size={16} aria-hidden />}
          >
            Edit
          </Menu.Item>
          <Menu.Item color="red" leftSection={<IconTrash size={16} aria-hidden />} onClick={onDelete}>
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}

const NAMED_MAX = 3;

function usedBy(names: readonly string[]): string {
  if (names.length === 0) return "No check uses it";
  const more = names.length - NAMED_MAX;
  return `Used by ${names.slice(0, NAMED_MAX).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
