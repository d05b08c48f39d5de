import { Button, Group, MultiSelect, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";

import { useState } from "react";

import { fieldErrors } from "../api/field-errors.ts";
import { ApiError } from "../api/problem.ts";
import { tell } from "../ui/tell.tsx";
import type { PersonDraft } from "./on-call-queries.ts";

type Props = {
  initial: PersonDraft;
  channels: ReadonlyMap<string, string>;
  submitLabel: string;
  save: (draft: PersonDraft) => Promise<unknown>;
  cancel: () => void;
};

/** A person and the channels on which they are told. */
export function PersonForm({ initial, channels, submitLabel, save, cancel }: Props) {
  const form = useForm({
    initialValues: initial,
    validate: { name: (name) => (name.trim() === "" ? "Give the person a name." : null) },
  });
  const [saving, setSaving] = useState(false);
  const submit = async (draft: PersonDraft) => {
    setSaving(true);
    await save(draft).catch((error: unknown) => {
      if (error instanceof ApiError && error.errors.length > 0) form.setErrors(fieldErrors(error.errors));
      else tell.trouble(error);
    });
    setSaving(false);
  };
  return (
    <form onSubmit={form.onSubmit((draft) => void submit(draft))} noValidate>
      <Group align="flex-start">
        <TextInput label="Name" required maxLength={100} {...form.getInputProps("name")} />
        <MultiSelect
          label="Own channels"
          description="Every one of them is told."
          inputWrapperOrder={["label", "input", "description", "error"]}
          data={[...channels].map(([value, label]) => ({ value, label }))}
          placeholder={form.values.channelIds.length > 0 ? "" : "none"}
          searchable
          clearable
          miw={240}
          {...form.getInputProps("channelIds")}
        />
        <Group gap="xs" mt={25}>
          <Button type="submit" loading={saving}>
            {submitLabel}
          </Button>
          <Button variant="default" onClick={cancel}>
            Cancel
          </Button>
        </Group>
      </Group>
    </form>
  );
}
