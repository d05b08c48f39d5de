import { checkName as nameOfCheck, durationText } from "@overdue/core";
import { IconFlame, IconInfoCircle } from "@tabler/icons-react";
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import { useComputedFromNow } from "../time/clock.ts";
import { browserZone, instant, shortZonedText, zonedText } from "../time/zones.ts";
import { EditorsOnly } from "../ui/role.tsx";
import { toast } from "../ui/toast.tsx";
import { StatusLabel } from "../ui/status-label.tsx";
import { capital, REASON_TEXTS } from "../text/reason-text.ts";
import { IncidentActions } from "./incident-actions.tsx";
import { type IncidentSummary, useAcknowledgeAll } from "./incident-queries.ts";
import items from "../ui/items.module.css";
import styles from "./incident.module.css";

type Props = { projectId: string; incidents: readonly IncidentSummary[] };

/** Incidents, each with what was done about it; those of one storm are shown together. */
export function IncidentList({ projectId, incidents }: Props) {
  return (
    <div className={styles["groups"]}>
      {groupByStorm(incidents).map((group) => (
        <IncidentGroup key={group[0]?.id} projectId={projectId} incidents={group} />
      ))}
    </div>
  );
}

/** Groups the incidents of each storm, at the place of its first one; every other incident is a group of its own. */
export function groupByStorm<Of extends Pick<IncidentSummary, "id" | "stormId">>(
  incidents: readonly Of[],
): Of[][] {
  return [...Map.groupBy(incidents, ({ id, stormId }) => stormId ?? id).values()];
}

function IncidentGroup({ projectId, incidents }: Props) {
  const [first] = incidents;
  const stormId = first?.stormId ?? null;
  return (
    <section className={styles["group"]} data-storm={incidents.length > 1 || undefined}>
      {incidents.length > 1 && stormId !== null && (
        <StormHead projectId={projectId} stormId={stormId} incidents={incidents} />
      )}
      <ul className={items["list"]}>
        {incidents.map((incident) => (
          <IncidentItem key={incident.id} projectId={projectId} incident={incident} />
        ))}
      </ul>
    </section>
  );
}

function StormHead({ projectId, stormId, incidents }: Props & { stormId: string }) {
  const { mutate, isPending } = useAcknowledgeAll(projectId);
  const unacknowledged = incidents.filter(({ resolvedAt, acknowledgedAt }) => !resolvedAt && !acknowledgedAt);
  return (
    <header className={styles["storm"]}>
      <Link to="/projects/$projectId/storms/$stormId" params={{ projectId, stormId }}>
        {incidents.length} went down together
      </Link>
      {unacknowledged.length > 1 && (
        <EditorsOnly>
          <Button
            size="compact-md"
            loading={isPending}
            onClick={() =>
              mutate(
                unacknowledged.map(({ id }) => id),
                { onError: toast.error },
              )
            }
          >
            Acknowledge all {unacknowledged.length}
          </Button>
        </EditorsOnly>
      )}
    </header>
  );
}

function IncidentItem({ projectId, incident }: { projectId: string; incident: IncidentSummary }) {
  const {
    id,
    checkName,
    checkSlug,
    severity,
    reason,
    exitStatus,
    openedAt,
    resolvedAt,
    heldBy,
    host,
    entries,
  } = incident;
  return (
    <li className={items["item"]} data-tone={resolvedAt === null ? "bad" : "good"}>
      <div className={items["words"]}>
        <div className={styles["head"]}>
          <Link
            to="/projects/$projectId/incidents/$incidentId"
            params={{ projectId, incidentId: id }}
            className={styles["name"]}
          >
            {nameOfCheck({ name: checkName, slug: checkSlug })}
          </Link>
          {severity !== "warning" && <SeverityLabel severity={severity} />}
          {host !== null && <span className={styles["when"]}>on {host}</span>}
          {entries > 0 && (
            <span className={styles["when"]}>
              {entries === 1 ? "1 timeline entry" : `${entries} timeline entries`}
            </span>
          )}
        </div>
        <p className={styles["why"]}>
          {capital(REASON_TEXTS[reason])}
          {exitStatus !== null && exitStatus !== 0 && ` with exit status ${exitStatus}`},{" "}
          <Lasted openedAt={openedAt} resolvedAt={resolvedAt} /> since{" "}
          <time dateTime={openedAt} title={zonedText(instant(openedAt), browserZone())}>
            {shortZonedText(instant(openedAt), browserZone())}
          </time>
          .{heldBackText(heldBy)}
        </p>
      </div>
      <IncidentActions projectId={projectId} incident={incident} inList />
    </li>
  );
}

function SeverityLabel({ severity }: Pick<IncidentSummary, "severity">) {
  return severity === "critical" ? (
    <StatusLabel icon={IconFlame} tone="bad">
      Critical
    </StatusLabel>
  ) : (
    <StatusLabel icon={IconInfoCircle} tone="neutral">
      Info
    </StatusLabel>
  );
}

/** How long an incident has lasted, until now or until it was resolved: "down for 3 min,". */
export function Lasted({ openedAt, resolvedAt }: Pick<IncidentSummary, "openedAt" | "resolvedAt">) {
  const text = useComputedFromNow((now) =>
    durationText((resolvedAt === null ? now : instant(resolvedAt)) - instant(openedAt)),
  );
  return <>{resolvedAt === null ? `down for ${text},` : `was down for ${text},`}</>;
}

/** Why an incident's alert is held back: the dependencies of its check that are down. */
export function heldBackText(heldBy: IncidentSummary["heldBy"]): string {
  if (heldBy.length === 0) return "";
  return ` Its alert is held back while ${heldBy.map(({ name }) => name).join(" or ")} is down.`;
}
