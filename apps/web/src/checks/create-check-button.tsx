import { Button } from "@mantine/core";
import { aliasLabel, type AliasProduct } from "@overdue/core/dialects";
import { useNavigate } from "@tanstack/react-router";

import { toast } from "../ui/toast.tsx";
import { useSetAliases } from "./aliases.tsx";
import { useSaveCheck } from "./check-queries.ts";

/** A check made by its first ping is due once a day, too. */
const FIRST = { schedule: { kind: "interval", everySeconds: 86_400 }, graceSeconds: 3_600 } as const;

type Missing = { slug: string } | { alias: { product: AliasProduct; key: string } };

/** Makes the check that pings name already, and opens its form: only people know when the job is due. */
export function CreateCheckButton({ projectId, missing }: { projectId: string; missing: Missing }) {
  const save = useSaveCheck(projectId);
  const setAliases = useSetAliases(projectId);
  const navigate = useNavigate();
  const draft =
    "slug" in missing
      ? { ...FIRST, name: missing.slug, slug: missing.slug }
      : { ...FIRST, name: `Job of ${aliasLabel(missing.alias.product)}` };
  const create = async () => {
    const { id: checkId } = await save.mutateAsync({ edited: null, draft });
    if ("alias" in missing) await setAliases.mutateAsync({ checkId, aliases: [missing.alias] });
    await navigate({ to: "/projects/$projectId/checks/$checkId/edit", params: { projectId, checkId } });
  };
  return (
    <Button
      size="compact-sm"
      variant="default"
      loading={save.isPending || setAliases.isPending}
      onClick={() => void create().catch(toast.error)}
    >
      Create {"slug" in missing ? missing.slug : "a check"}
    </Button>
  );
}
