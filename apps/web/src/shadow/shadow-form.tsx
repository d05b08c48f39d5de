import { Button, Group, NativeSelect, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { type KeysFrom, SHADOW_FACTS, SHADOW_PRODUCTS, type ShadowProduct } from "@overdue/core/shadow";

import { fieldAmong, FormProblems, useFormSave } from "../ui/form.tsx";
import { toast } from "../ui/toast.tsx";
import { type ShadowInput, type ShadowView, useStartShadow } from "./shadow-queries.ts";

const PRODUCTS = SHADOW_PRODUCTS.map((value) => ({ value, label: SHADOW_FACTS[value].label }));
const KEYS: Record<KeysFrom, string> = {
  uuid: "the UUID of its ping URL, as an import keeps it",
  slug: "its slug",
  alias: "its alias alone (on the check's page)",
};

type Values = {
  product: ShadowProduct;
  pingUrl: string;
  apiUrl: string;
  pingKey: string;
  apiKey: string;
  keysFrom: KeysFrom;
};

function valuesOf(shadow: ShadowView | null): Values {
  const product = shadow?.product ?? "healthchecks";
  return {
    ...usualOf(product),
    ...(shadow && { pingUrl: shadow.pingUrl, apiUrl: shadow.apiUrl ?? "", keysFrom: shadow.keysFrom }),
  };
}

function usualOf(product: ShadowProduct): Values {
  const { pingUrl, apiUrl, keysFrom } = SHADOW_FACTS[product];
  return {
    product,
    pingUrl: pingUrl ?? "",
    apiUrl: apiUrl ?? "",
    pingKey: "",
    apiKey: "",
    keysFrom: keysFrom[0],
  };
}

/** A key that is left empty stays as it is, unless product or host change. */
function inputOf({ pingKey, apiKey, apiUrl, ...rest }: Values): ShadowInput {
  return {
    ...rest,
    ...(apiUrl !== "" && { apiUrl }),
    ...(pingKey !== "" && { pingKey }),
    ...(apiKey !== "" && { apiKey }),
  };
}

/** What starts the shadow mode, or changes it. `shadow`: the present one; null: there never was one. */
export function ShadowForm({ projectId, shadow }: { projectId: string; shadow: ShadowView | null }) {
  const start = useStartShadow(projectId);
  const form = useForm({ initialValues: valuesOf(shadow) });
  const { product } = form.values;
  const facts = SHADOW_FACTS[product];
  const goesOn = shadow !== null && shadow.endedAt === null;
  const { isSaving, otherProblems, submit } = useFormSave<Values>({
    form,
    save: async (values) => {
      await start.mutateAsync({ json: inputOf(values), version: shadow?.version ?? null });
      toast.success(goesOn ? "Saved." : "From now on pings are forwarded.");
    },
    toField: fieldAmong("product", "pingUrl", "apiUrl", "pingKey", "apiKey", "keysFrom"),
  });
  const stays = (has: boolean | undefined) =>
    has && shadow?.product === product ? "Stored. Leave it empty to keep it." : "";
  return (
    <form onSubmit={form.onSubmit((values) => void submit(values))}>
      <Stack>
        <NativeSelect
          label="The product that you come from"
          data={PRODUCTS}
          {...form.getInputProps("product")}
          onChange={({ currentTarget: { value } }) => {
            const chosen = SHADOW_PRODUCTS.find((one) => one === value);
            if (chosen !== undefined) form.setValues(usualOf(chosen));
          }}
        />
        <TextInput
          label="Where it takes pings"
          description={PING_URL_HELP[product] ?? ""}
          required
          {...form.getInputProps("pingUrl")}
        />
        <NativeSelect
          label="It knows a check by"
          description="A key of this product that is set on a check's page is used first."
          data={facts.keysFrom.map((value) => ({ value, label: KEYS[value] }))}
          {...form.getInputProps("keysFrom")}
        />
        {facts.pingKey && (
          <PasswordInput
            label={facts.pingKey.label}
            description={stays(shadow?.hasPingKey)}
            {...form.getInputProps("pingKey")}
          />
        )}
        {facts.apiKey !== null && (
          <>
            <TextInput label="Where its API is" {...form.getInputProps("apiUrl")} />
            <PasswordInput
              label={`${facts.apiKey}, to ask what it thinks`}
              description={
                stays(shadow?.hasApiKey) || "Without it pings are forwarded, and nothing is compared."
              }
              {...form.getInputProps("apiKey")}
            />
          </>
        )}
        <FormProblems otherProblems={otherProblems} errors={form.errors} />
        <Group>
          <Button type="submit" loading={isSaving}>
            {goesOn ? "Save" : "Start forwarding"}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

const PING_URL_HELP: Partial<Record<ShadowProduct, string>> = {
  "uptime-kuma": "The address of your Uptime Kuma, such as https://status.example.org.",
  sentry: "The DSN without its key, such as https://o1.ingest.sentry.io/42.",
  other:
    "The whole address, with {slug}, {uuid} or {key} for the check, and {kind}, {exit_status}, {run_id}.",
};
