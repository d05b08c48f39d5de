import { Alert, Button, Group, List, Modal, NativeSelect, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { ErrorAlert } from "../ui/listing.tsx";
import { toast } from "../ui/toast.tsx";
import type { CheckRef } from "./check-queries.ts";
import { moveCheck, type MovePreview, movePreviewQuery } from "./move-queries.ts";

type Props = CheckRef & {
  name: string;
  others: readonly { id: string; name: string }[];
  onClose: () => void;
};

/** Asks to which project a check moves, and says before what stays and who is notified there. */
// oxlint-disable-next-line import/no-default-export -- `React.lazy` needs a default export
export default function MoveDialog({ name, others, onClose, ...ref }: Props) {
  const [chosen, choose] = useState<string | null>(null);
  const toProjectId = chosen ?? others[0]?.id ?? "";
  const preview = useQuery({ ...movePreviewQuery(ref, toProjectId), enabled: toProjectId !== "" });
  const move = useMove({ ...ref, name });
  const project = others.find(({ id }) => id === toProjectId);
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Move “${name}” to another project`}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <Stack>
        <NativeSelect
          label="Project"
          data={others.map((other) => ({ value: other.id, label: other.name }))}
          value={toProjectId}
          onChange={(event) => choose(event.currentTarget.value)}
          data-autofocus
        />
        {preview.error !== null && <ErrorAlert error={preview.error} />}
        {preview.data && <Consequences preview={preview.data} />}
        {move.error !== null && <ErrorAlert error={move.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            disabled={preview.data === undefined || preview.data.refusal !== null}
            loading={move.isPending}
            onClick={() =>
              move.mutate({ toProjectId, projectName: project?.name ?? "" }, { onSuccess: onClose })
            }
          >
            Move check
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function useMove({ projectId, checkId, name }: CheckRef & { name: string }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const perform = async (from: string, toProjectId: string) => {
    await moveCheck({ projectId: from, checkId }, toProjectId);
    for (const id of [from, toProjectId])
      void client.invalidateQueries({ queryKey: ["projects", id], refetchType: "none" });
    await navigate({
      to: "/projects/$projectId/checks/$checkId",
      params: { projectId: toProjectId, checkId },
    });
  };
  return useMutation({
    mutationFn: async ({ toProjectId, projectName }: { toProjectId: string; projectName: string }) => {
      await perform(projectId, toProjectId);
      const undo = () => void perform(toProjectId, projectId).catch(toast.error);
      toast.withUndo(`“${name}” is in “${projectName}” now.`, undo, {
        about: checkId,
        label: "Move it back",
      });
    },
  });
}

function Consequences({ preview: { refusal, stays, slugs, there } }: { preview: MovePreview }) {
  if (refusal !== null) return <Alert color="yellow">{refusal}</Alert>;
  const left = [
    ["Channel", stays.channels],
    ["Alert route", stays.routes],
    ["Maintenance window", stays.windows],
    ["Status page", stays.statusPages],
    ["Dependency", stays.dependencies],
  ] as const;
  const lines = left.filter(([, names]) => names.length > 0);
  return (
    <>
      <Text>
        Its ping URL, its pings, runs and incidents, and its settings go with it. No job has to be changed
        {slugs.length > 0 ? ": pings by this project’s ping key and its slug lead to it, too." : "."}
      </Text>
      {lines.length > 0 && (
        <div>
          <Text fw={600}>This stays here, and is found again if it moves back:</Text>
          <List>
            {lines.map(([what, names]) => (
              <List.Item key={what}>
                {what}: {names.join(", ")}
              </List.Item>
            ))}
          </List>
        </div>
      )}
      <Text>{notifiedSentence(there)}</Text>
      <Text>
        Its tags stay as they are, but mean what that project’s routes and maintenance windows make of them
        {there.windows.length > 0 ? `: there, “${there.windows.join("”, “")}” applies to it.` : "."}
      </Text>
    </>
  );
}

function notifiedSentence({ notified, ownersInstead, returns }: MovePreview["there"]): string {
  if (ownersInstead || notified.length === 0)
    return "There, no channel and no route is for it: its alerts go to the owners of that project.";
  const names = notified.join(", ");
  return returns
    ? `Back there, its alerts go to ${names}, as before.`
    : `There, its alerts go to ${names}; choose others afterwards if they should not.`;
}
