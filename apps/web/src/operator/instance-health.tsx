import { IconAlertTriangle, IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import { queryOptions } from "@tanstack/react-query";
import type { InferResponseType } from "hono/client";

import { durationText } from "../time/duration.ts";
import { Ago } from "../ui/time.tsx";
import { Card, Fact } from "../ui/card.tsx";
import { Mark } from "../ui/status-label.tsx";
import tables from "../ui/table.module.css";
import styles from "./instance-health.module.css";
import { answerOf, api } from "../api/client.ts";

type Props = { health: OperatorView };

/** All that is wrong now, or that nothing is. */
export function Problems({ health: { problems } }: Props) {
  return (
    <section className={styles["problems"]} data-well={problems.length === 0 || undefined} aria-label="State">
      {problems.length === 0 ? (
        <Mark icon={IconCircleCheck} tone="good">
          All is well
        </Mark>
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

/** How far judging and delivering have come. */
export function Work({ health: { judging, deliveries, channels, queue, heartbeat } }: Props) {
  return (
    <div className={styles["cards"]}>
      <Card title="Judging">
        <dl className={styles["facts"]}>
          <Fact label="Behind the clock">{secondsText(judging.lagSeconds)}</Fact>
          <Fact label="Oldest due deadline waits">{secondsText(judging.waitSeconds)}</Fact>
          <Fact label="Queue">{queue === "redis" ? "Redis" : "PostgreSQL"}</Fact>
          <Fact label="Pings an outside heartbeat">
            {!heartbeat.isSet ? "no: SELF_HEARTBEAT_URL is not set" : <LastAt at={heartbeat.lastSentAt} />}
          </Fact>
        </dl>
      </Card>
      <Card title="Deliveries">
        <dl className={styles["facts"]}>
          <Fact label="Due now">{deliveries.due}</Fact>
          <Fact label="Under way">{deliveries.underWay}</Fact>
          <Fact label="To be tried later">{deliveries.later}</Fact>
          <Fact label="Oldest due waits">{secondsText(deliveries.oldestDueSeconds)}</Fact>
          <Fact label="Given up, not dealt with">{deliveries.deadLetters}</Fact>
        </dl>
      </Card>
      <Card title="Channels">
        <dl className={styles["facts"]}>
          <Fact label="Broken">{channels.broken}</Fact>
          <Fact label="Resting after errors">{channels.resting}</Fact>
          <Fact label="In all">{channels.all}</Fact>
        </dl>
      </Card>
    </div>
  );
}

/** The check that misses on purpose: how long from its deadline until it arrived. */
export function SelfTest({ health: { selfTest } }: Props) {
  return (
    <Card title="Test of the whole way">
      <p className={styles["lead"]}>
        A check of Overdue&rsquo;s own misses on purpose every few minutes; its alert takes the same way as
        yours. Last arrived: <LastAt at={selfTest.lastArrivedAt} />.
      </p>
      <div className={tables["scroll"]}>
        <table className={tables["table"]}>
          <thead>
            <tr>
              <th>Within</th>
              <th>Arrived</th>
              <th>Half of them within</th>
              <th>99 % within</th>
              <th>Slowest</th>
            </tr>
          </thead>
          <tbody>
            {(["hour", "day"] as const).map((span) => (
              <tr key={span}>
                <td>the last {span}</td>
                <td>{selfTest[span].count}</td>
                <td>{msText(selfTest[span].p50Ms)}</td>
                <td>{msText(selfTest[span].p99Ms)}</td>
                <td>{msText(selfTest[span].mostMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

/** The processes that do the work. */
export function Processes({ health: { checkers, receivers } }: Props) {
  return (
    <Card title="Processes">
      <div className={tables["scroll"]}>
        <table className={tables["table"]}>
          <thead>
            <tr>
              <th>What</th>
              <th>State</th>
              <th>Started</th>
              <th>Last sign of work</th>
              <th>Id</th>
            </tr>
          </thead>
          <tbody>
            {checkers.map((one) => (
              <ProcessRow key={one.id} {...one} what="Checker" workedAt={one.judgedAt} />
            ))}
            {receivers.map((one) => (
              <ProcessRow key={one.id} {...one} what="Receiver" workedAt={one.canaryAt} />
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

type RowProps = { what: string; id: string; startedAt: string; workedAt: string | null; isAlive: boolean };

function ProcessRow({ what, id, startedAt, workedAt, isAlive }: RowProps) {
  return (
    <tr>
      <td>{what}</td>
      <td>
        <Mark icon={isAlive ? IconCircleCheck : IconCircleX} tone={isAlive ? "good" : "bad"}>
          {isAlive ? "Works" : "Silent"}
        </Mark>
      </td>
      <td>
        <Ago at={startedAt} />
      </td>
      <td>
        <LastAt at={workedAt} />
      </td>
      <td className={tables["dimmed"]}>
        <code>{id.slice(0, 8)}</code>
      </td>
    </tr>
  );
}

function LastAt({ at }: { at: string | null }) {
  return at === null ? "never" : <Ago at={at} />;
}

function secondsText(seconds: number | null): string {
  return seconds === null ? "–" : durationText(seconds * 1_000);
}

function msText(ms: number | null): string {
  return ms === null ? "–" : durationText(ms);
}

type OperatorView = InferResponseType<typeof api.v1.operator.$get, 200>;

const EVERY_MS = 5_000;

/** How the whole installation does; for its operators. */
export const operatorQuery = queryOptions({
  queryKey: ["operator"],
  queryFn: () => answerOf(api.v1.operator.$get()),
  refetchInterval: EVERY_MS,
});
