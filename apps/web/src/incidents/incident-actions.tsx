import { Button, Group } from "@mantine/core";
import { IconBellZ, IconCheck, IconChevronDown, IconNote } from "@tabler/icons-react";

import { useQuery } from "@tanstack/react-query";

import { meQuery } from "../accounts/account-queries.ts";
import { ApiError } from "../api/problem.ts";
import { serverNow, useComputedFromNow } from "../time/clock.ts";
import { browserZone } from "../time/zones.ts";
import { LazyMenu } from "../ui/lazy-menu.tsx";
import { LazyPopover } from "../ui/lazy-popover.tsx";
import { EditorsOnly } from "../ui/role.tsx";
import { toast } from "../ui/toast.tsx";
import { acknowledgementText } from "./incident-text.ts";
import {
  checkIncidentQuery,
  type IncidentAction,
  type IncidentSummary,
  useIncidentAction,
} from "./incident-queries.ts";
import {
  forgetAcknowledgement,
  keepAcknowledgement,
  useWaitingAcknowledgement,
} from "./waiting-acknowledgements.ts";
import { RelativeTime } from "../ui/time.tsx";
import styles from "./incident.module.css";
import { TextLink } from "../ui/page.tsx";
import { lazyPart } from "../ui/lazy-part.ts";

type Props = {
  projectId: string;
  /** In a list, an incident without an acknowledgement or snooze shows no sentence about them. */
  inList?: boolean;
  incident: Pick<IncidentSummary, "id" | "acknowledgedAt" | "acknowledgedBy" | "snoozedUntil" | "resolvedAt">;
};

const NoteForm = lazyPart(() => import("./note-form.tsx"));

const SNOOZE_END_MS = 2_000;

const SNOOZES = [
  { for: "30m", label: "For 30 minutes" },
  { for: "2h", label: "For 2 hours" },
  { for: "tomorrow", label: `Until tomorrow 9:00 (${browserZone()})` },
  { for: "recovery", label: "Until it recovers" },
] as const;

/** What people have done about an open incident, and buttons for what they can do. Nothing once it is resolved. */
export function IncidentActions({ projectId, incident, inList = false }: Props) {
  const { mutate, isPending } = useIncidentAction({ projectId, incidentId: incident.id });
  const attention = useComputedFromNow((now) => acknowledgementText(incident, now));
  const perform = (action: IncidentAction, done: () => void) =>
    mutate(action, { onSuccess: done, onError: toast.error });
  const unacknowledge = () =>
    perform({ action: "unacknowledge" }, () => toast.success("The acknowledgement is removed."));
  // The API has no call to end a snooze, so it is snoozed again until a moment from now.
  const endSnooze = () => {
    const until = new Date(serverNow() + SNOOZE_END_MS).toISOString();
    perform({ action: "snooze", json: { until } }, () => toast.success("The snooze ends now."));
  };
  const { data: me } = useQuery(meQuery);
  const waiting = useWaitingAcknowledgement(incident.id);
  const keepOrShowError = (error: unknown) => {
    if (error instanceof ApiError || me === undefined) return toast.error(error);
    const at = new Date(serverNow()).toISOString();
    keepAcknowledgement({ projectId, incidentId: incident.id, userId: me.user.id, at });
  };
  const acknowledge = () =>
    mutate(
      { action: "acknowledge" },
      {
        onSuccess: () =>
          toast.withUndo("Acknowledged: nobody else is notified until it recovers.", unacknowledge),
        onError: keepOrShowError,
      },
    );
  if (incident.resolvedAt !== null) return null;
  return (
    <div className={styles["actions"]}>
      <output className={styles["attention"]}>
        {waiting !== undefined ? (
          <>
            Acknowledged here <RelativeTime at={waiting.at} />. It is sent as soon as Overdue can be reached.
          </>
        ) : inList && isUntouched(incident) ? (
          ""
        ) : (
          attention
        )}
      </output>
      <EditorsOnly>
        <Group gap="xs">
          {waiting !== undefined ? (
            <Button variant="default" size="compact-md" onClick={() => forgetAcknowledgement(incident.id)}>
              Do not send it
            </Button>
          ) : incident.acknowledgedAt === null ? (
            <Button
              size="compact-md"
              leftSection={<IconCheck size={17} aria-hidden />}
              loading={isPending}
              onClick={acknowledge}
            >
              Acknowledge
            </Button>
          ) : (
            <Button variant="default" size="compact-md" loading={isPending} onClick={unacknowledge}>
              Remove acknowledgement
            </Button>
          )}
          <SnoozeMenu
            isSnoozed={incident.snoozedUntil !== null && attention.includes("Snoozed")}
            snooze={(json) =>
              perform({ action: "snooze", json }, () => toast.withUndo("Snoozed.", endSnooze))
            }
            end={endSnooze}
          />
          <NoteButton add={(text, done) => perform({ action: "note", text }, done)} />
        </Group>
      </EditorsOnly>
    </div>
  );
}

function isUntouched({ acknowledgedAt, snoozedUntil }: Props["incident"]): boolean {
  return acknowledgedAt === null && snoozedUntil === null;
}

type Snooze = Extract<IncidentAction, { action: "snooze" }>["json"];

type SnoozeProps = { isSnoozed: boolean; snooze: (json: Snooze) => void; end: () => void };

function SnoozeMenu({ isSnoozed, snooze, end }: SnoozeProps) {
  return (
    <LazyMenu
      position="bottom-start"
      target={
        <Button
          variant="default"
          size="compact-md"
          leftSection={<IconBellZ size={17} aria-hidden />}
          rightSection={<IconChevronDown size={15} aria-hidden />}
        >
          Snooze
        </Button>
      }
      entries={() => [
        ...SNOOZES.map(({ for: span, label }) => ({
          label,
          onClick: () => snooze({ for: span, timezone: browserZone() }),
        })),
        ...(isSnoozed ? [{ label: "End snooze", onClick: end }] : []),
      ]}
    />
  );
}

/** Adds a note for the next person who looks at the incident. */
function NoteButton({ add }: { add: (text: string, done: () => void) => void }) {
  return (
    <LazyPopover
      width={320}
      position="bottom-start"
      label="Add a note"
      target={
        <Button variant="default" size="compact-md" leftSection={<IconNote size={17} aria-hidden />}>
          Note
        </Button>
      }
    >
      {(close) => <NoteForm add={(text) => add(text, close)} />}
    </LazyPopover>
  );
}

/** Buttons for what can be done about the open incident of a check; renders nothing if none is open. */
export function CheckIncidentActions({ projectId, checkId }: { projectId: string; checkId: string }) {
  const { data: incident } = useQuery(checkIncidentQuery({ projectId, checkId }));
  if (!incident) return null;
  return (
    <>
      <IncidentActions projectId={projectId} incident={incident} />
      <TextLink
        to="/projects/$projectId/incidents/$incidentId"
        params={{ projectId, incidentId: incident.id }}
      >
        Incident details
      </TextLink>
    </>
  );
}
