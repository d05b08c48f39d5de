import { Button } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";

import { toast } from "../ui/toast.tsx";
import { useSaveCheck } from "./check-queries.ts";

/** A check made by its first ping is due once a day, too. */
const FIRST = { schedule: { kind: "interval", everySeconds: 86_400 }, graceSeconds: 3_600 } as const;

/** Makes the check that pings name already, and opens its form: only people know when the job is due. */
export function CreateCheckButton({ projectId, slug }: { projectId: string; slug: string }) {
  const save = useSaveCheck(projectId);
  const navigate = useNavigate();
  const create = () =>
    save.mutate(
      { edited: null, draft: { ...FIRST, name: slug, slug } },
      {
        onSuccess: ({ id: checkId }) => {
          void navigate({
            to: "/projects/$projectId/checks/$checkId/edit",
            params: { projectId, checkId },
          });
        },
        onError: toast.error,
      },
    );
  return (
    <Button size="compact-sm" variant="default" loading={save.isPending} onClick={create}>
      Create {slug}
    </Button>
  );
}
