import { Button, Group, NativeSelect, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { ALIAS_PRODUCTS, aliasLabel, type AliasProduct } from "@overdue/core/dialects";
import { queryOptions, useQuery } from "@tanstack/react-query";
import type { InferResponseType } from "hono/client";

import { parseResponse, projectApi } from "../api/client.ts";
import { useProjectMutation } from "../api/paging.ts";
import { Card } from "../ui/card.tsx";
import { FormProblems, useFormSave } from "../ui/form.tsx";
import { useCanEdit } from "../ui/role.tsx";

const ofCheck = projectApi.checks[":checkId"].aliases;
type Alias = InferResponseType<typeof ofCheck.$get, 200>["aliases"][number];
type Ref = { projectId: string; checkId: string };

const aliasesQuery = (ref: Ref) =>
  queryOptions({
    queryKey: ["projects", ref.projectId, "aliases", ref.checkId],
    queryFn: () => parseResponse(ofCheck.$get({ param: ref })),
    select: ({ aliases }) => aliases,
  });

/** Replaces the aliases of a check. */
export const useSetAliases = (projectId: string) =>
  useProjectMutation(
    { projectId, parts: ["aliases", "refused-pings"] },
    ({ checkId, aliases }: { checkId: string; aliases: Alias[] }) =>
      parseResponse(ofCheck.$put({ param: { projectId, checkId }, json: { aliases } })),
  );

/** The keys by which other products know a check, and a form for one more. */
export function AliasCard({ projectId, checkId }: Ref) {
  const canEdit = useCanEdit();
  const { data: aliases } = useQuery(aliasesQuery({ projectId, checkId }));
  const set = useSetAliases(projectId);
  if (aliases === undefined || (aliases.length === 0 && !canEdit)) return null;
  return (
    <Card title="Keys of other products">
      <Text c="dimmed" mb="xs">
        Enter the token or key that the job uses with another product. Once its host name is changed, the job
        pings this check.
      </Text>
      {aliases.map((alias) => (
        <Group key={`${alias.product} ${alias.key}`} justify="space-between" mb="xs">
          <Text>
            {aliasLabel(alias.product)}: <code>{alias.key}</code>
          </Text>
          {canEdit && (
            <Button
              size="compact-sm"
              variant="default"
              aria-label={`Remove ${alias.key}`}
              onClick={() => set.mutate({ checkId, aliases: aliases.filter((one) => one !== alias) })}
            >
              Remove
            </Button>
          )}
        </Group>
      ))}
      {canEdit && (
        <AliasForm key={aliases.length} checkId={checkId} projectId={projectId} aliases={aliases} />
      )}
    </Card>
  );
}

const PRODUCTS = ALIAS_PRODUCTS.map((value) => ({ value, label: aliasLabel(value) }));

function AliasForm({ projectId, checkId, aliases }: Ref & { aliases: Alias[] }) {
  const set = useSetAliases(projectId);
  const form = useForm<{ product: AliasProduct; key: string }>({
    initialValues: { product: "uptime-kuma", key: "" },
  });
  const { isSaving, otherProblems, submit } = useFormSave<Alias>({
    form,
    save: (alias) => set.mutateAsync({ checkId, aliases: [...aliases, alias] }),
    toField: (path) => (path.startsWith("aliases.") ? "key" : null),
  });
  return (
    <form onSubmit={form.onSubmit((alias) => void submit(alias))}>
      <Group align="flex-start">
        <NativeSelect label="Product" data={PRODUCTS} {...form.getInputProps("product")} />
        <TextInput label="Token or key there" required {...form.getInputProps("key")} />
        <Button type="submit" variant="default" mt={FIELD_TOP} loading={isSaving}>
          Add
        </Button>
      </Group>
      <FormProblems otherProblems={otherProblems} errors={{}} />
    </form>
  );
}

/** The height of the labels of the fields beside the button. */
const FIELD_TOP = "calc(var(--mantine-font-size-sm) * 1.55 + 2px)";
