import { Alert, Button, Group, Stack } from "@mantine/core";
import { IconStethoscope } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";

import { tell } from "../ui/tell.tsx";
import { type CheckView, findingsQuery, useEditCheck } from "./check-queries.ts";

/** Where the runs disagree with the schedule: what is seen, and the edit that would make them agree. */
export function Findings({ check }: { check: CheckView }) {
  const ref = { projectId: check.projectId, checkId: check.id };
  const { data: findings = [] } = useQuery(findingsQuery(ref));
  const edit = useEditCheck(ref);
  if (findings.length === 0) return null;
  return (
    <Alert
      color="indigo"
      icon={<IconStethoscope aria-hidden />}
      title="The runs and the schedule do not quite agree"
    >
      <Stack gap="sm">
        {findings.map(({ kind, sentence, evidence, edit: proposed }) => (
          <Group key={kind} justify="space-between" gap="xs">
            <span>
              {sentence} Seen in {evidence.agreeing} of {evidence.seen}.
            </span>
            {proposed !== null && (
              <Button
                variant="default"
                size="compact-sm"
                loading={edit.isPending}
                onClick={() =>
                  edit.mutate(proposed, {
                    onSuccess: () => tell.done("The check is edited."),
                    onError: tell.trouble,
                  })
                }
              >
                Edit the check so
              </Button>
            )}
          </Group>
        ))}
      </Stack>
    </Alert>
  );
}
