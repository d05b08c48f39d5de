import { Alert, Anchor, Button, Group, MultiSelect, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { type ChannelKind } from "@overdue/channels";
import { useState } from "react";

import { ApiError, sentenceOf } from "../api/problem.ts";
import { emptySettings, settingsErrors, settingsFrom } from "./channel-settings.ts";
import { KindField } from "./kind-field.tsx";

/** `settings` undefined: they stay as they are. */
type ChannelDraft = {
  name: string;
  settings: Record<string, unknown> | undefined;
  checkIds: string[];
};

type Props = {
  kind: ChannelKind;
  /** Null for a new channel. */
  known: { name: string; hint: string } | null;
  checks: readonly { id: string; name: string }[];
  checkIds: readonly string[];
  /** What a group may name. */
  channels: readonly { id: string; name: string }[];
  save: (draft: ChannelDraft) => Promise<unknown>;
  cancel: () => void;
};

/** Makes or edits a channel by the fields of its kind. */
export function ChannelForm({ kind, known, checks, checkIds, channels, save, cancel }: Props) {
  const [open, setOpen] = useState(known === null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [saving, setSaving] = useState(false);
  const form = useForm({
    initialValues: { name: known?.name ?? "", checkIds: [...checkIds], settings: emptySettings(kind.fields) },
  });

  const submit = async ({ name, checkIds: chosen, settings }: typeof form.values) => {
    const typed = open ? settingsFrom(kind.fields, settings) : undefined;
    const parsed = typed === undefined ? null : kind.parse(typed);
    setTrouble(null);
    if (parsed?.ok === false) return form.setErrors(settingsErrors(parsed.problems));
    setSaving(true);
    await save({ name: name || kind.title, settings: typed, checkIds: chosen }).catch((error: unknown) => {
      if (error instanceof ApiError) form.setErrors(settingsErrors(error.errors));
      setTrouble(sentenceOf(error));
    });
    setSaving(false);
  };
  return (
    <form onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
      <Stack>
        {trouble !== null && (
          <Alert color="red" role="alert" title="That did not work">
            {trouble}
          </Alert>
        )}
        <TextInput
          label="Name"
          description="As it stands in lists. Empty: the name of its kind."
          placeholder={kind.title}
          maxLength={100}
          {...form.getInputProps("name")}
        />
        {open ? (
          kind.fields.map((field) => (
            <KindField
              key={field.name}
              field={field}
              channels={channels}
              value={form.values.settings[field.name] ?? ""}
              onChange={(value) => form.setFieldValue(`settings.${field.name}`, value)}
              error={form.errors[`settings.${field.name}`]}
            />
          ))
        ) : (
          <p style={{ margin: 0 }}>
            It sends to {known?.hint}.{" "}
            <Anchor component="button" type="button" onClick={() => setOpen(true)}>
              Change where it sends
            </Anchor>{" "}
            (all of it has to be given again, since secrets are never shown).
          </p>
        )}
        <MultiSelect
          label="Checks that alert it"
          data={checks.map(({ id, name }) => ({ value: id, label: name }))}
          searchable
          clearable
          placeholder={form.values.checkIds.length > 0 ? "" : "None"}
          {...form.getInputProps("checkIds")}
        />
        <Group>
          <Button type="submit" loading={saving}>
            {known === null ? "Add the channel" : "Save"}
          </Button>
          <Button variant="default" onClick={cancel}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
