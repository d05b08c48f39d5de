import { Alert, Button, Group, Select } from "@mantine/core";
import { timezones } from "@overdue/schedules";
import { useQuery } from "@tanstack/react-query";

import { browserZone } from "../time/zones.ts";
import { Card } from "../ui/card.tsx";
import { Exact } from "../ui/time.tsx";
import { TextLink } from "../ui/page.tsx";
import { tell } from "../ui/toast.tsx";
import {
  type ChoicePatch,
  choiceQuery,
  type ChoiceView,
  useChoose,
  useSendReport,
} from "./report-queries.ts";
import styles from "./report.module.css";

const EVERY = [
  { value: "none", label: "None" },
  { value: "week", label: "Each week, on Monday" },
  { value: "month", label: "Each month, on the first" },
];

/** How often one gets the project's report oneself. What is chosen counts at once. */
export function ReportCard({ projectId, projectZone }: { projectId: string; projectZone: string }) {
  const { data: choice } = useQuery(choiceQuery(projectId));
  return (
    <Card
      title="Your report by e-mail"
      actions={
        <TextLink to="/projects/$projectId/report" params={{ projectId }}>
          Look at it
        </TextLink>
      }
    >
      {choice && <Choice projectId={projectId} choice={choice} projectZone={projectZone} />}
    </Card>
  );
}

type Props = { projectId: string; choice: ChoiceView; projectZone: string };

function Choice({ projectId, choice, projectZone }: Props) {
  const choose = useChoose(projectId);
  const send = useSendReport(projectId);
  const zone = choice.timezone ?? projectZone;
  const change = (patch: ChoicePatch) =>
    choose.mutate(
      { patch, version: choice.version },
      { onSuccess: () => tell.done("Saved."), onError: tell.trouble },
    );
  const every = (value: string | null) => {
    if (value !== "none" && value !== "week" && value !== "month") return;
    // Whoever never chose a clock means the one on their wall.
    change({
      every: value,
      ...(choice.timezone === null && value !== "none" && { timezone: browserZone() }),
    });
  };
  return (
    <div className={styles["choice"]}>
      <p className={styles["dimmed"]}>
        Uptime, what was missed, late or slow, what never ran and what is paused; to {choice.to}.
      </p>
      {choice.problem !== null && <Alert color="yellow">{choice.problem}</Alert>}
      <Group align="flex-end">
        <Select label="How often" data={EVERY} value={choice.every} onChange={every} allowDeselect={false} />
        {choice.every !== "none" && (
          <Select
            label="At 9:00 in"
            data={[...timezones]}
            searchable
            limit={60}
            value={zone}
            onChange={(timezone) => timezone !== null && change({ timezone })}
            allowDeselect={false}
          />
        )}
        <Button
          variant="default"
          loading={send.isPending}
          onClick={() =>
            send.mutate(undefined, {
              onSuccess: () => tell.done(`On its way to ${choice.to}.`),
              onError: tell.trouble,
            })
          }
        >
          Send me one now
        </Button>
      </Group>
      {choice.dueAt !== null && (
        <p className={styles["dimmed"]}>
          The next one comes <Exact at={choice.dueAt} zone={zone} />.
        </p>
      )}
    </div>
  );
}
