import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useParams, Link } from "@tanstack/react-router";
import { useState } from "react";
import { TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { ChannelCard } from "../channels/channel-card.tsx";
import {
  channelKindsQuery,
  channelsQuery,
  type ChannelView,
  useDeleteChannel,
  useNoChannelText,
  useRestoreChannel,
  useTestChannel,
  type ChannelKind,
} from "../channels/channel-queries.ts";
import { checksQuery } from "../checks/check-queries.ts";
import { DeliveryProgress } from "../deliveries/delivery-progress.tsx";
import { Card } from "../ui/card.tsx";
import { Page } from "../ui/page.tsx";
import { EditorsOnly, useInstanceText } from "../ui/role.tsx";
import { deleteWithUndo, toast } from "../ui/toast.tsx";
import styles from "../channels/channel-list.module.css";
import { KindIcon } from "../channels/kind-icon.tsx";

export function ChannelsPage() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId/channels" });
  const { data: channels } = useSuspenseQuery(channelsQuery(projectId));
  const { data: checks = [] } = useQuery(checksQuery(projectId));
  const { data: kinds } = useSuspenseQuery(channelKindsQuery);
  const noChannel = useNoChannelText();
  const names = new Map(checks.map((check) => [check.id, check.name]));
  return (
    <Page title="Channels" lead="Where messages go when a check goes down, and when it recovers.">
      {channels.length === 0 ? (
        <p>{noChannel}</p>
      ) : (
        <ul className={styles["list"]}>
          {channels.map((channel) => (
            <ChannelItem key={channel.id} projectId={projectId} channel={channel} names={names} />
          ))}
        </ul>
      )}
      <EditorsOnly>
        <Card title="New channel">
          <AddChannel projectId={projectId} kinds={kinds} />
        </Card>
      </EditorsOnly>
    </Page>
  );
}

type ItemProps = { projectId: string; channel: ChannelView; names: ReadonlyMap<string, string> };

function ChannelItem({ projectId, channel, names }: ItemProps) {
  const [startedId, setStartedId] = useState<string | null>(null);
  const { lastTrial } = channel;
  // The last test is still shown after the page was left, unless it arrived: then the channel's state says enough.
  const deliveryId = startedId ?? (lastTrial?.state === "sent" ? null : (lastTrial?.deliveryId ?? null));
  const test = useTestChannel(projectId);
  const remove = useDeleteChannel(projectId);
  const restore = useRestoreChannel(projectId);
  return (
    <ChannelCard
      projectId={projectId}
      channel={channel}
      checkNames={channel.checkIds.flatMap((id) => names.get(id) ?? [])}
      isTesting={test.isPending}
      onTest={() =>
        test.mutate(channel.id, {
          onSuccess: (sent) => setStartedId(sent.deliveryId),
          onError: toast.error,
        })
      }
      onDelete={() => deleteWithUndo(channel, { remove, restore })}
    >
      {deliveryId !== null && <DeliveryProgress projectId={projectId} deliveryId={deliveryId} />}
    </ChannelCard>
  );
}

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
  const instanceText = useInstanceText();
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
                {warning !== null && <span className={styles["missing"]}>{instanceText(warning)}</span>}
              </Link>
            ))}
          </div>
        </section>
      ))}
    </nav>
  );
}

/** More words by which people search for a kind. */
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

/** The kinds whose title, summary or other names contain every typed word. */
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
