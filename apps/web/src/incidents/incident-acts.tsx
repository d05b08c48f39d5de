import { Button, Group, Menu } from "@mantine/core";
import { IconBellZ, IconCheck, IconChevronDown } from "@tabler/icons-react";

import { serverNow, useAsOfNow } from "../time/clock.ts";
import { browserZone } from "../time/zoned.ts";
import { EditorsOnly } from "../ui/role.tsx";
import { tell } from "../ui/tell.tsx";
import { attentionText } from "./attention-text.ts";
import { type IncidentAct, type IncidentSummary, useIncidentAct } from "./incident-queries.ts";
import styles from "./incident.module.css";
import { NoteForm } from "./note-form.tsx";

type Props = {
  projectId: string;
  /** Among many: only what somebody has done is said. */
  inList?: boolean;
  incident: Pick<IncidentSummary, "id" | "acknowledgedAt" | "acknowledgedBy" | "snoozedUntil" | "resolvedAt">;
};

const SOON_MS = 2_000;

const SNOOZES = [
  { for: "30m", label: "For 30 minutes" },
  { for: "2h", label: "For 2 hours" },
  { for: "tomorrow", label: `Until tomorrow 9:00 (${browserZone()})` },
  { for: "recovery", label: "Until it recovers" },
] as const;

/** What people have done about an open incident, and what they can do. Nothing where it is over. */
export function IncidentActs({ projectId, incident, inList = false }: Props) {
  const { mutate, isPending } = useIncidentAct({ projectId, incidentId: incident.id });
  const attention = useAsOfNow((now) => attentionText(incident, now));
  const act = (wanted: IncidentAct, done: () => void) =>
    mutate(wanted, { onSuccess: done, onError: tell.trouble });
  const takeBack = () => act({ act: "unacknowledge" }, () => tell.done("Taken back."));
  // The API knows no other end of a snooze than its time.
  const endSnooze = () =>
    act({ act: "snooze", json: { until: new Date(serverNow() + SOON_MS).toISOString() } }, () =>
      tell.done("The snooze ends now."),
    );
  const acknowledge = () =>
    act({ act: "acknowledge" }, () =>
      tell.undoable("Acknowledged: nobody else is told of it until it recovers.", takeBack),
    );
  if (incident.resolvedAt !== null) return null;
  return (
    <div className={styles["acts"]}>
      <output className={styles["attention"]}>{inList && isUntouched(incident) ? "" : attention}</output>
      <EditorsOnly>
        <Group gap="xs">
          {incident.acknowledgedAt === null ? (
            <Button
              size="compact-md"
              leftSection={<IconCheck size={17} aria-hidden />}
              loading={isPending}
              onClick={acknowledge}
            >
              Acknowledge
            </Button>
          ) : (
            <Button variant="default" size="compact-md" loading={isPending} onClick={takeBack}>
              Take the acknowledgement back
            </Button>
          )}
          <SnoozeMenu
            isSnoozed={incident.snoozedUntil !== null && attention.includes("Snoozed")}
            snooze={(json) => act({ act: "snooze", json }, () => tell.undoable("Snoozed.", endSnooze))}
            end={endSnooze}
          />
          <NoteForm add={(text, done) => act({ act: "note", text }, done)} />
        </Group>
      </EditorsOnly>
    </div>
  );
}

function isUntouched({ acknowledgedAt, snoozedUntil }: Props["incident"]): boolean {
  return acknowledgedAt === null && snoozedUntil === null;
}

type Snooze = Extract<IncidentAct, { act: "snooze" }>["json"];

type SnoozeProps = { isSnoozed: boolean; snooze: (json: Snooze) => void; end: () => void };

function SnoozeMenu({ isSnoozed, snooze, end }: SnoozeProps) {
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button
          variant="default"
          size="compact-md"
          leftSection={<IconBellZ size={17} aria-hidden />}
          rightSection={<IconChevronDown size={15} aria-hidden />}
        >
          Snooze
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {SNOOZES.map(({ for: span, label }) => (
          <Menu.Item key={span} onClick={() => snooze({ for: span, timezone: browserZone() })}>
            {label}
          </Menu.Item>
        ))}
        {isSnoozed && <Menu.Item onClick={end}>End the snooze now</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  );
}
