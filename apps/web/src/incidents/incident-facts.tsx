import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import {
  type Icon,
  IconArrowBackUp,
  IconBellZ,
  IconCheck,
  IconNote,
  IconSend,
  IconTool,
  IconTransfer,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";

import { durationText, earlierOutputText, policyText, visibleText } from "@overdue/core";
import { browserZone, instant, zonedText } from "../time/zones.ts";
import { Card } from "../ui/card.tsx";
import { CodeBlock } from "../ui/code-block.tsx";
import { ExactTime } from "../ui/time.tsx";
import { capital, REASON_TEXTS, reasonText } from "../text/reason-text.ts";
import { IncidentActions } from "./incident-actions.tsx";
import { heldBackText, Lasted } from "./incident-list.tsx";
import {
  type IncidentDetail,
  type IncidentRef,
  type TimelineItem,
  timelineQuery,
} from "./incident-queries.ts";
import styles from "./incident.module.css";
import { Listing } from "../ui/listing.tsx";
import { timelineText } from "./incident-text.ts";

type Props = { projectId: string; incident: IncidentDetail };

/** Why a check is down, since when, what is known about it, and what can be done. */
export function IncidentFacts({ projectId, incident }: Props) {
  const { policy } = incident.evidence;
  const { evidence, openedAt, resolvedAt, exitStatus, exitMeaning, host, address, deliveredLate } = incident;
  return (
    <section
      className={styles["incident"]}
      data-over={resolvedAt === null ? undefined : true}
      aria-label="Incident"
    >
      <p className={styles["why"]}>
        <strong>{capital(reasonText(incident))}</strong>,{" "}
        <Lasted openedAt={openedAt} resolvedAt={resolvedAt} /> since <ExactTime at={openedAt} />.
        {heldBackText(incident.heldBy)}
      </p>
      <IncidentActions projectId={projectId} incident={incident} />
      <dl className={styles["facts"]}>
        <Fact label={expectedLabel(incident)}>
          {evidence.expectedAt && <ExactTime at={evidence.expectedAt} />}
        </Fact>
        <Fact label="Scheduler">{policy ? schedulerText(policy, evidence.deadlineAt) : null}</Fact>
        <Fact label="Next run">{policy?.nextAt ? <ExactTime at={policy.nextAt} /> : null}</Fact>
        <Fact label="Deadline">{evidence.deadlineAt && <ExactTime at={evidence.deadlineAt} />}</Fact>
        <Fact label="Last ping">
          {evidence.lastHeardAt === null ? "never" : <ExactTime at={evidence.lastHeardAt} />}
        </Fact>
        <Fact label="Came late">{deliveredLate && <CameLate {...deliveredLate} />}</Fact>
        <Fact label="Recovered">{resolvedAt && <ExactTime at={resolvedAt} />}</Fact>
        <Fact label="Exit status">{exitStatus}</Fact>
        <Fact label="Meaning">
          {exitMeaning &&
            [exitMeaning.title, exitMeaning.hint]
              // "failed with status 28" says no more than the fact before it.
              .filter((text) => text && !text.includes(`status ${exitStatus}`))
              .join(". ")}
        </Fact>
        <Fact label="Ran for">{evidence.durationMs !== null && durationText(evidence.durationMs)}</Fact>
        <Fact label="Host">{host}</Fact>
        <Fact label="Address">{address !== host && address}</Fact>
      </dl>
    </section>
  );
}

/** The run was not missing: the ping about it could not be delivered. */
function CameLate({ happenedAt, receivedAt }: NonNullable<IncidentDetail["deliveredLate"]>) {
  return (
    <>
      a ping of <ExactTime at={happenedAt} /> was received <ExactTime at={receivedAt} />, since its sender
      could not reach Overdue
    </>
  );
}

type Policy = NonNullable<IncidentDetail["evidence"]["policy"]>;

/** What the scheduler does about the missed run: "cron (Debian) makes up nothing: this run is lost". */
function schedulerText({ text, lostFrom, nextAt }: Policy, deadlineAt: string | null): string {
  const at = (time: string | null) => (time === null ? null : instant(time));
  const policy = { text, lostFrom: at(lostFrom), nextAt: at(nextAt) };
  return policyText({ policy, deadlineAt: at(deadlineAt) }, (until) => zonedText(until, browserZone()));
}

/** A job may fail before its run was expected. */
function expectedLabel({ evidence, openedAt }: IncidentDetail): string {
  return evidence.expectedAt !== null && instant(evidence.expectedAt) > instant(openedAt)
    ? "Next expected"
    : "Expected";
}

/** The end of the job's output; renders nothing if it printed nothing. */
export function LastOutput({ incident }: { incident: IncidentDetail }) {
  if (incident.output === null || incident.output.trim() === "") return null;
  return (
    <Card title={earlierOutputText(incident.reason) ?? "Last lines of output"}>
      <CodeBlock code={visibleText(incident.output)} what="output" />
    </Card>
  );
}

const SHOWN_MAX = 8;

/** The other checks that are down on the same host, and those whose pings come from the same address. */
export function AlsoDown({ projectId, incident }: Props) {
  const { alsoDown, host, address } = incident;
  const sharing = (what: "host" | "address") => alsoDown.filter(({ shares }) => shares === what);
  return (
    <>
      <Neighbours
        title={`Also down on ${host ?? "the same host"}`}
        neighbours={sharing("host")}
        projectId={projectId}
      />
      <Neighbours
        title={`Also down, with pings from ${address ?? "the same address"}`}
        neighbours={sharing("address")}
        projectId={projectId}
      />
    </>
  );
}

type NeighboursProps = { title: string; neighbours: IncidentDetail["alsoDown"]; projectId: string };

function Neighbours({ title, neighbours, projectId }: NeighboursProps) {
  const [all, showAll] = useState(false);
  const shown = all ? neighbours : neighbours.slice(0, SHOWN_MAX);
  if (neighbours.length === 0) return null;
  return (
    <Card title={title}>
      <ul className={styles["plain"]}>
        {shown.map(({ incidentId, checkName, reason, openedAt }) => (
          <li key={incidentId}>
            <Link to="/projects/$projectId/incidents/$incidentId" params={{ projectId, incidentId }}>
              {checkName}
            </Link>
            : {REASON_TEXTS[reason]}, since <ExactTime at={openedAt} />
          </li>
        ))}
      </ul>
      {shown.length < neighbours.length && (
        <Button variant="default" size="compact-sm" mt="sm" onClick={() => showAll(true)}>
          Show {neighbours.length - shown.length} more
        </Button>
      )}
    </Card>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  if (children === null || children === false || children === "") return null;
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const ICONS: Record<TimelineItem["kind"], Icon> = {
  flip: IconTransfer,
  delivery: IconSend,
  acknowledged: IconCheck,
  unacknowledged: IconArrowBackUp,
  snoozed: IconBellZ,
  note: IconNote,
  maintenance: IconTool,
};

/** What happened in an incident, oldest first. */
export function Timeline(ref: IncidentRef) {
  const query = useQuery(timelineQuery({ projectId: ref.projectId, incidentId: ref.incidentId }));
  return (
    <Card title="Timeline">
      <Listing query={query} empty="Nothing is recorded.">
        {(items) => (
          <>
            <ol className={styles["timeline"]}>
              {items.map((item) => (
                <TimelineRow key={`${item.kind} ${item.id} ${item.at}`} item={item} />
              ))}
            </ol>
            {items.every(({ kind }) => kind !== "delivery") && (
              <p className={styles["unsent"]}>No alert about it has been sent.</p>
            )}
          </>
        )}
      </Listing>
    </Card>
  );
}

function TimelineRow({ item }: { item: TimelineItem }) {
  const Picture = ICONS[item.kind];
  return (
    <li>
      <Picture size={18} aria-hidden />
      <span className={styles["what"]}>{timelineText(item)}</span>
      <span className={styles["when"]}>
        <ExactTime at={item.at} />
      </span>
    </li>
  );
}
