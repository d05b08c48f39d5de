import { durationText } from "@overdue/core";
import { IconAlertTriangle, IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import { queryOptions, useQuery } from "@tanstack/react-query";
import type { InferResponseType } from "hono/client";
import { api, parseResponse } from "../api/client.ts";
import styles from "../operator/instance-health.module.css";
import { Card, Fact } from "../ui/card.tsx";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { ErrorAlert } from "../ui/listing.tsx";
import { BackArrow, Page, PageSkeleton, TextLink } from "../ui/page.tsx";
import { StatusLabel } from "../ui/status-label.tsx";
import { RelativeTime } from "../ui/time.tsx";

export function OperatorPage() {
  const { data: health, error, refetch } = useQuery(instanceHealthQuery);
  return (
    <Page
      title="This instance"
      lead={
        <>
          All projects together
          {health && (
            <>
              , as of <RelativeTime at={health.at} />
            </>
          )}
          .
        </>
      }
      back={
        <TextLink to="/">
          <BackArrow />
          Checks
        </TextLink>
      }
    >
      {error && <ErrorAlert error={error} retry={() => void refetch()} />}
      {health ? (
        <>
          <Problems health={health} />
          <PutAside health={health} />
          <Progress health={health} />
          <SelfTest health={health} />
          <Processes health={health} />
        </>
      ) : (
        !error && <PageSkeleton />
      )}
    </Page>
  );
}

type InstanceHealth = InferResponseType<typeof api.v1.operator.$get, 200>;
type Props = { health: InstanceHealth };

const REFRESH_MS = 5_000;

/** The health of the whole instance. Only its operators may read it. */
const instanceHealthQuery = queryOptions({
  queryKey: ["operator"],
  queryFn: () => parseResponse(api.v1.operator.$get()),
  refetchInterval: REFRESH_MS,
});

/** The current problems, or "No problems". */
function Problems({ health: { problems } }: Props) {
  return (
    <section
      className={styles["problems"]}
      data-healthy={problems.length === 0 || undefined}
      aria-label="State"
    >
      {problems.length === 0 ? (
        <StatusLabel icon={IconCircleCheck} tone="good">
          No problems
        </StatusLabel>
      ) : (
        <ul>
          {problems.map((problem) => (
            <li key={problem}>
              <IconAlertTriangle size={18} aria-hidden />
              <span>{problem}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

type Quarantined = InstanceHealth["quarantined"][number];

const PUT_ASIDE_COLUMNS: Column<Quarantined>[] = [
  { head: "What", cell: ({ kind, name }) => `${KINDS[kind]} ${name}` },
  { head: "Project", cell: ({ projectName }) => projectName },
  { head: "Tried", cell: ({ attempts }) => `${attempts} ${attempts === 1 ? "time" : "times"}` },
  { head: "Since", cell: ({ since }) => <RelativeTime at={since} /> },
  { head: "Next try", cell: ({ until }) => <RelativeTime at={until} /> },
  { head: "Reason", cell: ({ reason }) => reason },
  { head: "Id", look: "dimmed", cell: ({ id }) => <code>{id}</code> },
];

const KINDS: Record<Quarantined["kind"], string> = {
  check: "Check",
  incident: "Incident of",
  delivery: "Message to",
};

/** What cannot be worked on, in all projects; nothing is shown while there is nothing. */
function PutAside({ health: { quarantined } }: Props) {
  if (quarantined.length === 0) return null;
  return (
    <Card title="Put aside">
      <p className={styles["lead"]}>
        Overdue cannot work on these, while everything else goes on. Each is tried again by itself;{" "}
        <code>npm run admin -- quarantine release --id …</code> tries it now, and so does the page of its
        check or channel, for members of the project.
      </p>
      <DataTable columns={PUT_ASIDE_COLUMNS} rows={quarantined} rowKey={({ id }) => id} />
    </Card>
  );
}

/** Whether the evaluation of deadlines and the sending of alerts keep up. */
function Progress({ health: { evaluation, deliveries, channels, queue, heartbeat } }: Props) {
  return (
    <div className={styles["cards"]}>
      <Card title="Deadlines">
        <dl className={styles["facts"]}>
          <Fact label="Evaluation is behind by">{secondsText(evaluation.lagSeconds)}</Fact>
          <Fact label="Oldest due deadline waits">{secondsText(evaluation.waitSeconds)}</Fact>
          <Fact label="Queue">{queue === "redis" ? "Redis" : "PostgreSQL"}</Fact>
          <Fact label="Last ping to an outside heartbeat">
            {!heartbeat.isSet ? (
              "off: SELF_HEARTBEAT_URL is not set"
            ) : (
              <TimeOrNever at={heartbeat.lastSentAt} />
            )}
          </Fact>
        </dl>
      </Card>
      <Card title="Deliveries">
        <dl className={styles["facts"]}>
          <Fact label="Due now">{deliveries.due}</Fact>
          <Fact label="Being sent">{deliveries.underWay}</Fact>
          <Fact label="Waiting for a retry">{deliveries.later}</Fact>
          <Fact label="Oldest due delivery waits">{secondsText(deliveries.oldestDueSeconds)}</Fact>
          <Fact label="Dead letters">{deliveries.deadLetters}</Fact>
        </dl>
      </Card>
      <Card title="Channels">
        <dl className={styles["facts"]}>
          <Fact label="Broken">{channels.broken}</Fact>
          <Fact label="Paused after errors">{channels.resting}</Fact>
          <Fact label="Total">{channels.all}</Fact>
        </dl>
      </Card>
    </div>
  );
}

const SELF_TEST_COLUMNS: Column<InstanceHealth["selfTest"]["hour"] & { span: string }>[] = [
  { head: "Within", cell: ({ span }) => `the last ${span}` },
  { head: "Arrived", cell: ({ count }) => count },
  { head: "Median", cell: ({ p50Ms }) => millisecondsText(p50Ms) },
  { head: "99th percentile", cell: ({ p99Ms }) => millisecondsText(p99Ms) },
  { head: "Slowest", cell: ({ mostMs }) => millisecondsText(mostMs) },
];

/** How long the alerts of the self-test took from the deadline until they arrived. */
function SelfTest({ health: { selfTest } }: Props) {
  const rows = (["hour", "day"] as const).map((span) => ({ span, ...selfTest[span] }));
  return (
    <Card title="Self-test">
      <p className={styles["lead"]}>
        A built-in check misses its deadline every few minutes, and its alert is sent like yours. Last
        arrived: <TimeOrNever at={selfTest.lastArrivedAt} />.
      </p>
      <DataTable columns={SELF_TEST_COLUMNS} rows={rows} rowKey={({ span }) => span} />
    </Card>
  );
}

type Process = {
  kind: string;
  id: string;
  startedAt: string;
  workedAt: string | null;
  isAlive: boolean;
  /** Pings on its disk; null: none. */
  kept: { bytes: number; since: string } | null;
};

const PROCESS_COLUMNS: Column<Process>[] = [
  { head: "Process", cell: ({ kind }) => kind },
  {
    head: "State",
    cell: ({ isAlive }) => (
      <StatusLabel icon={isAlive ? IconCircleCheck : IconCircleX} tone={isAlive ? "good" : "bad"}>
        {isAlive ? "Running" : "Not responding"}
      </StatusLabel>
    ),
  },
  { head: "Started", cell: ({ startedAt }) => <RelativeTime at={startedAt} /> },
  { head: "Last worked", cell: ({ workedAt }) => <TimeOrNever at={workedAt} /> },
  { head: "On its disk", cell: ({ kept }) => (kept === null ? "–" : <KeptPings {...kept} />) },
  { head: "Id", look: "dimmed", cell: ({ id }) => <code>{id.slice(0, 8)}</code> },
];

/** The checkers and receivers of the instance, and when each last worked. */
function Processes({ health: { checkers, receivers } }: Props) {
  const rows = [
    ...checkers.map((one) => ({ ...one, kind: "Checker", workedAt: one.evaluatedAt, kept: null })),
    ...receivers.map((one) => ({
      ...one,
      kind: "Receiver",
      workedAt: one.checkpointAt,
      kept: one.keptSince === null ? null : { bytes: one.keptBytes, since: one.keptSince },
    })),
  ];
  return (
    <Card title="Processes">
      <DataTable columns={PROCESS_COLUMNS} rows={rows} rowKey={({ id }) => id} />
    </Card>
  );
}

/** Pings that a receiver keeps until the database takes them. */
function KeptPings({ bytes, since }: { bytes: number; since: string }) {
  return (
    <>
      {Math.ceil(bytes / 100_000) / 10} MB of pings, since <RelativeTime at={since} />
    </>
  );
}

function TimeOrNever({ at }: { at: string | null }) {
  return at === null ? "never" : <RelativeTime at={at} />;
}

function secondsText(seconds: number | null): string {
  return millisecondsText(seconds === null ? null : seconds * 1_000);
}

function millisecondsText(ms: number | null): string {
  return ms === null ? "–" : durationText(ms);
}
