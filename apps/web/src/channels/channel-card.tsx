import { ActionIcon, Button } from "@mantine/core";
import { IconDotsVertical, IconMailForward, IconPencil, IconSend, IconTrash } from "@tabler/icons-react";
import type { ReactNode } from "react";

import { RelativeTime, ExactTime } from "../ui/time.tsx";
import { useComputedFromNow } from "../time/clock.ts";
import { instant } from "../time/zones.ts";
import { LazyMenu } from "../ui/lazy-menu.tsx";
import { ManagedLabel } from "../ui/status-label.tsx";
import { EditorsOnly } from "../ui/role.tsx";
import { type ChannelView, useSendConfirmation } from "./channel-queries.ts";
import { ChannelState } from "./channel-state.tsx";
import { KindIcon, KindTitle } from "./kind-icon.tsx";
import styles from "./channel-list.module.css";
import { toast } from "../ui/toast.tsx";

type ChannelCardProps = {
  projectId: string;
  channel: ChannelView;
  /** The names of the checks that notify it. */
  checkNames: readonly string[];
  isTesting: boolean;
  onTest: () => void;
  onDelete: () => void;
  /** The progress of a test message. */
  children: ReactNode;
};

/** One channel: its state, the checks that notify it, and what can be done with it. */
export function ChannelCard(props: ChannelCardProps) {
  const { channel, checkNames, children } = props;
  return (
    <li className={styles["channel"]}>
      <div className={styles["head"]}>
        <KindIcon kind={channel.kind} />
        <div>
          <div className={styles["name"]}>{channel.name}</div>
          <div className={styles["hint"]}>
            <KindTitle kind={channel.kind} /> · {channel.hint}
          </div>
        </div>
        <EditorsOnly>
          <Actions {...props} />
        </EditorsOnly>
      </div>
      <div className={styles["facts"]}>
        <ChannelState channel={channel} />
        <ManagedLabel managedBy={channel.managedBy} />
        {channel.isFallback && <span>Fallback channel of this project</span>}
        <span>
          Last delivered: {channel.lastSentAt === null ? "never" : <RelativeTime at={channel.lastSentAt} />}
        </span>
        <span>{checksText(checkNames)}</span>
      </div>
      <ChannelProblem channel={channel} />
      {children}
    </li>
  );
}

function Actions({ projectId, channel, isTesting, onTest, onDelete }: ChannelCardProps) {
  return (
    <div className={styles["actions"]}>
      {channel.unconfirmedSince !== null ? (
        <ConfirmationButton projectId={projectId} channel={channel} />
      ) : (
        channel.brokenBy !== "recipient" && (
          <Button
            variant="default"
            size="compact-md"
            leftSection={<IconSend size={16} aria-hidden />}
            loading={isTesting}
            onClick={onTest}
          >
            Send test
          </Button>
        )
      )}
      <LazyMenu
        position="bottom-end"
        target={
          <ActionIcon variant="subtle" color="gray" size={30} aria-label={`Actions for ${channel.name}`}>
            <IconDotsVertical size={18} />
          </ActionIcon>
        }
        entries={() => [
          {
            label: "Edit",
            to: `/projects/${projectId}/channels/${channel.id}`,
            icon: <IconPencil size={16} aria-hidden />,
          },
          {
            label: "Delete",
            isDanger: true,
            icon: <IconTrash size={16} aria-hidden />,
            onClick: onDelete,
          },
        ]}
      />
    </div>
  );
}

const NAMES_MAX = 3;

function checksText(names: readonly string[]): string {
  if (names.length === 0) return "No check notifies it";
  const more = names.length - NAMES_MAX;
  return `Notified by ${names.slice(0, NAMES_MAX).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** Why nothing is sent to a channel now, what happens to its alerts meanwhile, and how to fix it. */
function ChannelProblem({ channel }: { channel: ChannelView }) {
  const { brokenAt, brokenBecause, brokenBy, unconfirmedSince, restsUntil } = channel;
  if (channel.isUnreadable) return <p className={styles["broken"]}>{UNREADABLE}</p>;
  if (brokenAt !== null) {
    return (
      <p className={styles["broken"]}>
        Nothing has been sent here since <RelativeTime at={brokenAt} />:{" "}
        {brokenBecause ?? "the provider refused it"}
        {brokenBecause?.endsWith(".") === true ? "" : "."} {NEXT_STEPS[brokenBy ?? "provider"]}
      </p>
    );
  }
  if (unconfirmedSince === null) return restsUntil === null ? null : <CircuitOpenNote until={restsUntil} />;
  return (
    <p className={styles["waiting"]}>
      <ConfirmationProgress channel={channel} />
      Until then its alerts go to the fallback channel of this project, or else to its owners.
    </p>
  );
}

/** Whether the e-mail that asks the owner of an address to confirm it was sent, and when. */
function ConfirmationProgress({ channel: { askedAt, hint, lastTrial } }: { channel: ChannelView }) {
  if (askedAt === null)
    return `No e-mail was sent to ${hint} yet, because it or this project reached today's limit of e-mails. `;
  if (lastTrial?.kind === "confirm" && lastTrial.state !== "sent")
    return `The e-mail that asks the reader of ${hint} to confirm has not left yet. `;
  return (
    <>
      An e-mail was sent to {hint} <RelativeTime at={askedAt} />; its reader has to confirm by the link in
      it.{" "}
    </>
  );
}

function CircuitOpenNote({ until }: { until: string }) {
  const isResting = useComputedFromNow((now) => instant(until) > now);
  return (
    <p className={styles["resting"]}>
      {isResting ? (
        <>
          The provider refuses more messages for now, or the last attempts all failed: alerts wait until{" "}
          <ExactTime at={until} /> and are then sent again.
        </>
      ) : (
        "The last attempts all failed. The next message shows whether it works again; a test is one."
      )}
    </p>
  );
}

/** What is wrong with a channel that SECRET_KEY does not open, and what to do. */
export const UNREADABLE =
  "This channel was encrypted with another SECRET_KEY, so that its alerts wait. The operator of this instance can add the former key again (SECRET_KEY: the present key, a comma, the former one); if that is lost, enter the settings of this channel again.";

const NEXT_STEPS = {
  provider: "Edit the channel, or send a test to see whether it works again.",
  bounce: "Check the address, then send a test.",
  recipient: "Edit the channel if they want the alerts again.",
};

type ConfirmationProps = {
  projectId: string;
  channel: Pick<ChannelView, "id" | "hint" | "askedAt" | "brokenBy">;
};

/** Sends the confirmation e-mail, again if it was sent before. It is not offered after the person has unsubscribed. */
function ConfirmationButton({ projectId, channel }: ConfirmationProps) {
  const ask = useSendConfirmation(projectId);
  if (channel.brokenBy === "recipient") return null;
  return (
    <Button
      variant="default"
      size="compact-md"
      leftSection={<IconMailForward size={16} aria-hidden />}
      loading={ask.isPending}
      onClick={() =>
        ask.mutate(channel.id, {
          onSuccess: () => toast.success(`An e-mail is on its way to ${channel.hint}.`),
          onError: toast.error,
        })
      }
    >
      {channel.askedAt === null ? "Send confirmation e-mail" : "Send it again"}
    </Button>
  );
}
