import { Alert, Button, Fieldset, Group, List, Stack } from "@mantine/core";
import { IconStethoscope } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { EditorsOnly } from "../ui/role.tsx";
import { tell } from "../ui/toast.tsx";
import { type CheckPatch, type CheckView, findingsQuery, useEditCheck } from "./check-queries.ts";
import { beforeEdit, editText } from "./check-text.ts";

/** Where the runs disagree with the schedule: what is seen, and the edit that would make them agree. */
export function Findings({ check }: { check: CheckView }) {
  const ref = { projectId: check.projectId, checkId: check.id };
  const { data: findings = [] } = useQuery(findingsQuery(ref));
  if (findings.length === 0) return null;
  return (
    <Alert
      color="indigo"
      icon={<IconStethoscope aria-hidden />}
      title="The runs and the schedule do not quite agree"
    >
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

/** The edit is read before it is made, and can be taken back. */
function ProposedEdit({ check, proposed }: { check: CheckView; proposed: CheckPatch }) {
  const [open, setOpen] = useState(false);
  const edit = useEditCheck({ projectId: check.projectId, checkId: check.id });
  const before = beforeEdit(check, proposed);
  const apply = () =>
    edit.mutate(
      { patch: proposed, version: check.version },
      {
        onSuccess: ({ version }) =>
          tell.undoable("The check is edited.", () =>
            edit.mutate({ patch: before, version }, { onError: tell.trouble }),
          ),
        onError: tell.trouble,
      },
    );
  if (!open) {
    return (
      <Button variant="default" size="compact-sm" mt="xs" display="block" onClick={() => setOpen(true)}>
        Show the edit that would mend it
      </Button>
    );
  }
  return (
    <Fieldset legend="Proposed edit" mt="xs">
      <List mb="xs">
        {editText(check, proposed).map((line) => (
          <List.Item key={line}>{line}</List.Item>
        ))}
      </List>
      <Group gap="xs">
        <Button size="compact-sm" loading={edit.isPending} onClick={apply}>
          Edit the check so
        </Button>
        <Button variant="default" size="compact-sm" onClick={() => setOpen(false)}>
          Leave it
        </Button>
      </Group>
    </Fieldset>
  );
}
