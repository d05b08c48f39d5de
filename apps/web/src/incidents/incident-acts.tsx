import { Button, Group, Menu } from "@mantine/core";
import { IconBellZ, IconCheck, IconChevronDown } from "@tabler/icons-react";

import { useAsOfNow } from "../time/clock.ts";
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

const SNOOZES = [
  { for: "30m", label: "For 30 minutes" },
  { for: "2h", label: "For 2 hours" },
  { for: "tomorrow", label: "Until tomorrow 9:00" },
  { for: "recovery", label: "Until it recovers" },
] as const;

/** What people have done about an open incident, and what they can do. Nothing where it is over. */
export function IncidentActs({ projectId, incident, inList = false }: Props) {
  const { mutate, isPending } = useIncidentAct({ projectId, incidentId: incident.id });
  const attention = useAsOfNow((now) => attentionText(incident, now));
  const act = (wanted: IncidentAct, done: () => void) =>
    mutate(wanted, { onSuccess: done, onError: tell.trouble });
  const takeBack = () => act({ act: "unacknowledge" }, () => tell.done("Taken back."));
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
          <SnoozeMenu snooze={(json) => act({ act: "snooze", json }, () => tell.done("Snoozed."))} />
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

function SnoozeMenu({ snooze }: { snooze: (json: Snooze) => void }) {
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
      </Menu.Dropdown>
    </Menu>
  );
}
