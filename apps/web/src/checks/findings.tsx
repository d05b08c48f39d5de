import { Alert, Button, Fieldset, Group, List, Stack } from "@mantine/core";
import { IconStethoscope } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { EditorsOnly } from "../ui/role.tsx";
import { toast } from "../ui/toast.tsx";
import { type CheckPatch, type CheckView, findingsQuery, useSaveCheck } from "./check-queries.ts";
import { editText, undoPatch } from "./check-text.ts";

/** Shown if the runs do not match the schedule: what was observed, and the edit that would make them match. */
export function Findings({ check }: { check: CheckView }) {
  const ref = { projectId: check.projectId, checkId: check.id };
  const { data: findings = [] } = useQuery(findingsQuery(ref));
  if (findings.length === 0) return null;
  return (
    <Alert color="indigo" icon={<IconStethoscope aria-hidden />} title="The runs do not match the schedule">
      <Stack gap="sm">
        {findings.map(({ kind, sentence, edit }) => (
          <div key={kind}>
            {sentence}
            {edit !== null && (
              <EditorsOnly>
                <ProposedEdit check={check} proposed={edit} />
              </EditorsOnly>
            )}
          </div>
        ))}
      </Stack>
    </Alert>
  );
}

/** Shows a suggested edit before it is applied, and offers to undo it afterwards. */
function ProposedEdit({ check, proposed }: { check: CheckView; proposed: CheckPatch }) {
  const [open, setOpen] = useState(false);
  const edit = useSaveCheck(check.projectId);
  const undo = undoPatch(check, proposed);
  const apply = () =>
    edit.mutate(
      { edited: check, draft: proposed },
      {
        onSuccess: (edited) =>
          toast.withUndo("The check is changed.", () =>
            edit.mutate({ edited, draft: undo }, { onError: toast.error }),
          ),
        onError: toast.error,
      },
    );
  if (!open) {
    return (
      <Button variant="default" size="compact-sm" mt="xs" display="block" onClick={() => setOpen(true)}>
        Show suggested change
      </Button>
    );
  }
  return (
    <Fieldset legend="Suggested change" mt="xs">
      <List mb="xs">
        {editText(check, proposed).map((line) => (
          <List.Item key={line}>{line}</List.Item>
        ))}
      </List>
      <Group gap="xs">
        <Button size="compact-sm" loading={edit.isPending} onClick={apply}>
          Apply
        </Button>
        <Button variant="default" size="compact-sm" onClick={() => setOpen(false)}>
          Cancel
        </Button>
      </Group>
    </Fieldset>
  );
}
