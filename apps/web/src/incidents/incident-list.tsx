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

/** Incidents, each with what was done about it; those of one storm stand together. */
export function IncidentList({ projectId, incidents }: Props) {
  return (
    <div className={styles["groups"]}>
      {groupByStorm(incidents).map((group) => (
        <IncidentGroup key={group[0]?.id} projectId={projectId} incidents={group} />
      ))}
    </div>
  );
}

/** Incidents of one storm as one group, at the place of its first; all others alone. */
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
  const open = incidents.filter(({ resolvedAt, acknowledgedAt }) => !resolvedAt && !acknowledgedAt);
  return (
    <header className={styles["storm"]}>
      <Link to="/projects/$projectId/storms/$stormId" params={{ projectId, stormId }}>
        {incidents.length} went down together
      </Link>
      {open.length > 1 && (
        <EditorsOnly>
          <Button
            size="compact-md"
            loading={isPending}
            onClick={() =>
              mutate(
                open.map(({ id }) => id),
                { onError: toast.error },
              )
            }
          >
            Acknowledge all {open.length}
          </Button>
        </EditorsOnly>
      )}
    </header>
  );
}

function IncidentItem({ projectId, incident }: { projectId: string; incident: IncidentSummary }) {
  const { id, checkName, checkSlug, severity, reason, openedAt, resolvedAt, heldBy, host, entries } =
    incident;
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
            <span className={styles["when"]}>{entries === 1 ? "1 entry" : `${entries} entries`}</span>
          )}
        </div>
        <p className={styles["why"]}>
          {capital(REASON_TEXTS[reason])}, <Lasted openedAt={openedAt} resolvedAt={resolvedAt} /> since{" "}
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

/** How long an incident has lasted, or lasted until it was resolved. */
export function Lasted({ openedAt, resolvedAt }: Pick<IncidentSummary, "openedAt" | "resolvedAt">) {
  const text = useComputedFromNow((now) =>
    durationText((resolvedAt === null ? now : instant(resolvedAt)) - instant(openedAt)),
  );
  return <>{resolvedAt === null ? `down for ${text},` : `was down for ${text},`}</>;
}

/** The checks because of which its alert is held back. */
export function heldBackText(heldBy: IncidentSummary["heldBy"]): string {
  if (heldBy.length === 0) return "";
  return ` Its alert is held back: it depends on ${heldBy.map(({ name }) => name).join(", ")}, which is down.`;
}
