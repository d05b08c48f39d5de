import { Alert, Button, Stack } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";

import { EditorsOnly } from "../ui/role.tsx";
import { RelativeTime } from "../ui/time.tsx";
import { toast } from "../ui/toast.tsx";
import { quarantineQuery, useRelease } from "./delivery-queries.ts";

type Quarantined = ReturnType<typeof useQuarantine>[number];

/** Whose page it is; null: the project's, for all that is put aside. */
type Of = { checkId: string } | { channelId: string } | null;

function useQuarantine(projectId: string, of: Of) {
  const { data = [] } = useQuery(quarantineQuery(projectId));
  if (of === null) return data;
  return data.filter((each) =>
    "checkId" in of ? each.checkId === of.checkId : each.channelId === of.channelId,
  );
}

/** Shown where something cannot be worked on: what that is, why, since when, and the button that tries it again. */
export function PutAside({ projectId, of }: { projectId: string; of: Of }) {
  const all = useQuarantine(projectId, of);
  if (all.length === 0) return null;
  return (
    <Alert color="red" icon={<IconAlertTriangle aria-hidden />} title="Put aside">
      <Stack gap="sm">
        {all.map((each) => (
          <div key={each.id}>
            <Sentence quarantined={each} isNamed={of === null} />
            <EditorsOnly>
              <TryAgain projectId={projectId} quarantined={each} />
            </EditorsOnly>
          </div>
        ))}
      </Stack>
    </Alert>
  );
}

function Sentence({ quarantined, isNamed }: { quarantined: Quarantined; isNamed: boolean }) {
  const { kind, name, attempts, since, until, reason } = quarantined;
  return (
    <>
      {WHAT[kind](kind === "delivery" || isNamed ? name : null)} Tried {attempts}{" "}
      {attempts === 1 ? "time" : "times"}, first <RelativeTime at={since} />, and again{" "}
      <RelativeTime at={until} />; the operator is notified. Reason: {reason.replace(/\.$/, "")}.
    </>
  );
}

/** By kind: what does not work, and what follows from that. `name`: of the check or channel; null: the page says which. */
const WHAT: Record<Quarantined["kind"], (name: string | null) => string> = {
  check: (name) =>
    `${name === null ? "This check" : `The check “${name}”`} cannot be evaluated: a missed deadline would not be noticed.`,
  incident: (name) =>
    `Whom to notify of an incident of ${name === null ? "this check" : `the check “${name}”`} cannot be decided: nobody is notified of it.`,
  delivery: (name) =>
    `A message to the channel “${name}” is not sent: the process that sends it ended each time.`,
};

function TryAgain({ projectId, quarantined }: { projectId: string; quarantined: Quarantined }) {
  const { mutate, isPending } = useRelease(projectId);
  return (
    <Button
      variant="default"
      size="compact-sm"
      mt="xs"
      display="block"
      loading={isPending}
      onClick={() =>
        mutate(quarantined.id, {
          onSuccess: () => toast.success("It is tried now. If it fails, it is put aside again."),
          onError: toast.error,
        })
      }
    >
      Try again
    </Button>
  );
}
