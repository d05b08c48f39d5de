import { Alert, Button, Group, Loader, Stack } from "@mantine/core";
import {
  IconBell,
  IconBox,
  IconBrandGithub,
  IconCircleCheck,
  IconClockHour3,
  IconDatabaseExport,
  IconRobot,
  IconServerCog,
  IconStack2,
} from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { checkName } from "@overdue/core";
import { useState } from "react";

import { meQuery } from "../accounts/account-queries.ts";
import {
  channelsQuery,
  type ChannelView,
  channelWarningsQuery,
  useSaveChannel,
  useTestChannel,
} from "../channels/channel-queries.ts";
import { ChannelState } from "../channels/channel-state.tsx";
import { checkQuery, type CheckView, useSaveCheck } from "../checks/check-queries.ts";
import { JOB_KINDS, type JobKind } from "../checks/first-check.ts";
import { pingSnippets, pingTarget } from "../checks/snippets.ts";
import { DeliveryProgress } from "../deliveries/delivery-progress.tsx";
import { browserZone } from "../time/zones.ts";
import { Card } from "../ui/card.tsx";
import { CodeBlock } from "../ui/code-block.tsx";
import { Page, TextLink } from "../ui/page.tsx";
import { useInstanceText } from "../ui/role.tsx";
import { ExactTime } from "../ui/time.tsx";
import { toast } from "../ui/toast.tsx";
import { ExpectedTime } from "./expected-time.tsx";
import styles from "./first-check-page.module.css";

const PAGE = "/signed-in/projects/$projectId/start";

/** Leads a newcomer from no check to a working one: what kind of job, its first ping, and who is notified. */
export function FirstCheckPage() {
  const { projectId } = useParams({ from: PAGE });
  const { check: checkId, watch } = useSearch({ from: PAGE });
  const jobKind = JOB_KINDS.find(({ id }) => id === watch);
  if (checkId === undefined || jobKind === undefined) return <WhatToWatch projectId={projectId} />;
  return <FirstMinutes projectId={projectId} checkId={checkId} jobKind={jobKind} />;
}

const ICONS: Record<string, typeof IconBox> = {
  cron: IconClockHour3,
  backup: IconDatabaseExport,
  systemd: IconServerCog,
  kubernetes: IconBox,
  "github-actions": IconBrandGithub,
  queue: IconStack2,
  bot: IconRobot,
};

function WhatToWatch({ projectId }: { projectId: string }) {
  const navigate = useNavigate();
  const create = useSaveCheck(projectId);
  const start = (jobKind: JobKind) =>
    create.mutate(
      { edited: null, draft: jobKind.check(browserZone()) },
      {
        onSuccess: ({ id }) =>
          void navigate({
            to: "/projects/$projectId/start",
            params: { projectId },
            search: { check: id, watch: jobKind.id },
          }),
        onError: toast.error,
      },
    );
  return (
    <Page
      title="What do you want to watch?"
      lead="Choose one. It gets settings that suit most jobs, and you can change all of them afterwards."
      narrow
    >
      <ul className={styles["kinds"]}>
        {JOB_KINDS.map((jobKind) => {
          const Icon = ICONS[jobKind.id] ?? IconBox;
          return (
            <li key={jobKind.id}>
              <button
                type="button"
                className={styles["kind"]}
                disabled={create.isPending}
                onClick={() => start(jobKind)}
              >
                <Icon size={26} aria-hidden />
                <strong>{jobKind.title}</strong>
                <span>{jobKind.summary}</span>
              </button>
            </li>
          );
        })}
      </ul>
      <p>
        Something else?{" "}
        <TextLink to="/projects/$projectId/checks/new" params={{ projectId }}>
          Fill in the whole form
        </TextLink>
      </p>
    </Page>
  );
}

type FirstMinutesProps = { projectId: string; checkId: string; jobKind: JobKind };

function FirstMinutes({ projectId, checkId, jobKind }: FirstMinutesProps) {
  const { data: check } = useQuery(checkQuery({ projectId, checkId }));
  if (check === undefined) return null;
  return (
    <Page title={`Watch ${jobKind.title.toLowerCase()}`} narrow>
      <Stack>
        <Card title="1. Put this where the job runs">
          <ExpectedTime check={check} watch={jobKind.id} />
          <FirstSnippet check={check} jobKind={jobKind} />
        </Card>
        <Card title="2. The first ping">
          <FirstPing check={check} />
        </Card>
        <Card title="3. Who gets notified">
          <WhoIsNotified check={check} />
        </Card>
        <Group>
          <Button component={Link} to={`/projects/${projectId}/checks/${checkId}`}>
            Go to the check
          </Button>
          <Button component={Link} to={`/projects/${projectId}/checks`} variant="default">
            All checks
          </Button>
        </Group>
      </Stack>
    </Page>
  );
}

function FirstSnippet({ check, jobKind }: { check: CheckView; jobKind: JobKind }) {
  const { pingUrl } = check;
  const slug = check.slug || checkName(check).toLowerCase();
  const snippets =
    pingUrl === null ? [] : pingSnippets(pingTarget({ ...check, pingUrl, slug }, browserZone()));
  const shown = snippets.find(({ id }) => id === jobKind.snippet);
  // The first one reports a number where the check has a limit of one, and is plain curl otherwise.
  const [curl] = snippets;
  return (
    <>
      {shown && (
        <>
          <p className={styles["lead"]}>{shown.note}</p>
          <CodeBlock code={shown.code} what={`${shown.title} snippet`} />
        </>
      )}
      {curl && (
        <>
          <p className={styles["lead"]}>To try it now, from any terminal:</p>
          <CodeBlock code={curl.code} what="curl command" />
        </>
      )}
    </>
  );
}

function FirstPing({ check }: { check: CheckView }) {
  return (
    <output className={styles["listening"]}>
      {check.lastHeardAt === null ? (
        <>
          <Loader size="sm" type="dots" aria-hidden />
          <span>Listening… This line changes by itself when the first ping comes.</span>
        </>
      ) : (
        <>
          <IconCircleCheck className={styles["good"]} aria-hidden />
          <span>
            {check.pingCount === 1 ? "The first ping came" : `${check.pingCount} pings came, the last`}:{" "}
            <ExactTime at={check.lastHeardAt} />.{" "}
            {check.status === "down" ? "It said that the job failed, so an alert goes out." : "It works."}
          </span>
        </>
      )}
    </output>
  );
}

function WhoIsNotified({ check }: { check: CheckView }) {
  const { projectId, channelIds } = check;
  const { data: channels } = useQuery(channelsQuery(projectId));
  if (channels === undefined) return null;
  const notified = channels.filter(({ id }) => channelIds.includes(id));
  if (notified.length === 0) return <NobodyYet check={check} />;
  return (
    <ul className={styles["channels"]}>
      {notified.map((channel) => (
        <NotifiedChannel key={channel.id} projectId={projectId} channel={channel} />
      ))}
    </ul>
  );
}

function NobodyYet({ check: { projectId, id: checkId } }: { check: CheckView }) {
  const { data: me } = useQuery(meQuery);
  const { data: warnings = [] } = useQuery(channelWarningsQuery(projectId, { kind: "email", settings: {} }));
  const save = useSaveChannel(projectId);
  const instanceText = useInstanceText();
  const email = me?.user.email;
  const addMine = () =>
    email !== undefined &&
    save.mutate(
      { edited: null, draft: { kind: "email", name: email, settings: { to: email }, checkIds: [checkId] } },
      { onError: toast.error },
    );
  return (
    <Stack gap="sm">
      <Alert color="orange" icon={<IconBell aria-hidden />} title="No channel is chosen yet">
        {warnings.length === 0
          ? "Until one is, alerts of this check go by e-mail to the project's owners only."
          : "When a ping does not come, it would show on the page and reach nobody."}
      </Alert>
      <Group>
        {email !== undefined && (
          <Button loading={save.isPending} disabled={warnings.length > 0} onClick={addMine}>
            Send e-mails to {email}
          </Button>
        )}
        <Button component={Link} to={`/projects/${projectId}/channels`} variant="default">
          Telegram, Slack or another way
        </Button>
      </Group>
      {warnings.map(({ message }) => (
        <p key={message} className={styles["lead"]}>
          {instanceText(message)} Or choose another way.
        </p>
      ))}
    </Stack>
  );
}

function NotifiedChannel({ projectId, channel }: { projectId: string; channel: ChannelView }) {
  const [deliveryId, setDeliveryId] = useState<string | null>(channel.lastTrial?.deliveryId ?? null);
  const test = useTestChannel(projectId);
  const send = useMutation({
    mutationFn: () => test.mutateAsync(channel.id),
    onSuccess: (sent) => setDeliveryId(sent.deliveryId),
    onError: toast.error,
  });
  return (
    <li>
      <Group justify="space-between">
        <Group gap="sm">
          <strong>{channel.name}</strong>
          <ChannelState channel={channel} />
        </Group>
        {channel.unconfirmedSince === null && (
          <Button variant="default" loading={send.isPending} onClick={() => send.mutate()}>
            Send a test message
          </Button>
        )}
      </Group>
      {deliveryId !== null && <DeliveryProgress projectId={projectId} deliveryId={deliveryId} />}
    </li>
  );
}
