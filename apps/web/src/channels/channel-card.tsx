import { ActionIcon, Button, Menu } from "@mantine/core";
import {
  IconAlertTriangle,
  IconBan,
  IconCircleCheck,
  IconCircleDashed,
  IconDotsVertical,
  IconHourglass,
  IconMailForward,
  IconMailQuestion,
  IconPencil,
  IconSend,
  IconTrash,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { Ago, Exact } from "../ui/time.tsx";
import { ManagedMark, Mark } from "../ui/status-label.tsx";
import { EditorsOnly } from "../ui/role.tsx";
import { type ChannelView, useAskAgain } from "./channel-queries.ts";
import { KindIcon, kindTitle } from "./kind-icon.tsx";
import styles from "./channel-list.module.css";
import { tell } from "../ui/toast.tsx";

type ChannelCardProps = {
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
export function ChannelCard(props: ChannelCardProps) {
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

function Actions({ projectId, channel, testing, onTest, onDelete }: ChannelCardProps) {
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

/** Why a channel gets nothing now, who hears instead, and the way out. */
function ChannelTrouble({ channel }: { channel: ChannelView }) {
  const { brokenAt, brokenBecause, brokenBy, unconfirmedSince, askedAt, hint, restsUntil } = channel;
  if (brokenAt !== null) {
    return (
      <p className={styles["broken"]}>
        Nothing is sent here since <Ago at={brokenAt} />: {brokenBecause ?? "the provider refused it"}
        {brokenBecause?.endsWith(".") === true ? "" : "."} {WAYS_OUT[brokenBy ?? "provider"]}
      </p>
    );
  }
  if (unconfirmedSince === null) return restsUntil === null ? null : <Resting until={restsUntil} />;
  return (
    <p className={styles["waiting"]}>
      {askedAt === null ? (
        `No mail was sent to ${hint} yet: there were too many to it, or of this project, today. `
      ) : (
        <>
          A mail went to {hint} <Ago at={askedAt} />; whoever reads it has to agree by its link.{" "}
        </>
      )}
      Until then its alerts go to the fall-back of this project, or else to its owners.
    </p>
  );
}

function Resting({ until }: { until: string }) {
  return (
    <p className={styles["resting"]}>
      Its provider takes no more for now, or its last tries all failed: alerts wait until <Exact at={until} />{" "}
      and are tried again then.
    </p>
  );
}

const WAYS_OUT = {
  provider: "Mend it by editing it, or send a test to see whether it works again.",
  bounce: "Look whether the address is right; send a test once it is.",
  recipient: "Edit the channel to do so, once they want the alerts again.",
};

type Shown = Pick<ChannelView, "brokenAt" | "brokenBy" | "unconfirmedSince" | "restsUntil" | "lastSentAt">;

/** Whether alerts get through. */
export function ChannelState({ channel }: { channel: Shown }) {
  if (channel.brokenBy === "recipient") {
    return (
      <Mark icon={IconBan} tone="bad">
        Unsubscribed
      </Mark>
    );
  }
  if (channel.unconfirmedSince !== null && channel.brokenAt === null) {
    return (
      <Mark icon={IconMailQuestion} tone="warn">
        Waiting for confirmation
      </Mark>
    );
  }
  if (channel.brokenAt !== null) {
    return (
      <Mark icon={IconAlertTriangle} tone="bad">
        Broken
      </Mark>
    );
  }
  if (channel.restsUntil !== null) {
    return (
      <Mark icon={IconHourglass} tone="warn">
        Resting after errors
      </Mark>
    );
  }
  return channel.lastSentAt === null ? (
    <Mark icon={IconCircleDashed} tone="quiet">
      Not proven yet
    </Mark>
  ) : (
    <Mark icon={IconCircleCheck} tone="good">
      Working
    </Mark>
  );
}

type AskAgainProps = {
  projectId: string;
  channel: Pick<ChannelView, "id" | "hint" | "askedAt" | "brokenBy">;
};

/** Sends the mail again by which the reader of an address agrees; whoever unsubscribed is not asked by a button. */
function AskAgain({ projectId, channel }: AskAgainProps) {
  const ask = useAskAgain(projectId);
  if (channel.brokenBy === "recipient") return null;
  return (
    <Button
      variant="default"
      size="compact-md"
      leftSection={<IconMailForward size={16} aria-hidden />}
      loading={ask.isPending}
      onClick={() =>
        ask.mutate(channel.id, {
          onSuccess: () => tell.done(`A mail is on its way to ${channel.hint}.`),
          onError: tell.trouble,
        })
      }
    >
      {channel.askedAt === null ? "Ask for confirmation" : "Ask again"}
    </Button>
  );
}
