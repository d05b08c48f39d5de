import {
  Alert,
  Anchor,
  Button,
  Group,
  MultiSelect,
  NativeSelect,
  PasswordInput,
  Stack,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import type { ChannelKind } from "@overdue/channels";
import { type ComponentProps, type ReactNode, useState } from "react";
import { IconKey } from "@tabler/icons-react";

import { ApiError, sentenceOf } from "../api/problem.ts";
import { emptySettings, settingsErrors, settingsFrom } from "./channel-settings.ts";
import { CodeBlock } from "../ui/code-block.tsx";

/** `settings` undefined: they stay as they are. */
type ChannelDraft = {
  name: string;
  settings: Record<string, unknown> | undefined;
  checkIds: string[];
};

type ChannelFormProps = {
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
export function ChannelForm({ kind, known, checks, checkIds, channels, save, cancel }: ChannelFormProps) {
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

type KindFieldProps = {
  field: ChannelKind["fields"][number];
  /** What a group may name. */
  channels: readonly { id: string; name: string }[];
  value: string;
  onChange: (value: string) => void;
  error?: ReactNode;
};

/** One setting of a kind, as its own input; all of them are text, several of something a line each. */
function KindField({ field, channels, value, onChange, error }: KindFieldProps) {
  const { label, help, placeholder, required } = field;
  const shared = { label, description: help, required, error };
  const typed = {
    ...shared,
    placeholder,
    value,
    onChange: (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value),
  };
  switch (field.input) {
    case "pairs":
      return <Lines {...typed} description={`${help} One on each line, as Name: value.`} />;
    case "lines":
    case "paragraph":
      return <Lines {...typed} />;
    case "password":
      return <PasswordInput autoComplete="off" {...typed} />;
    case "text":
    case "url":
      return <TextInput type={field.input} autoComplete="off" spellCheck={false} {...typed} />;
    case "email":
      // Browsers rewrite the domain of a field of type "email", and refuse letters before the @.
      return <TextInput inputMode="email" autoComplete="off" spellCheck={false} {...typed} />;
    case "choice":
      return (
        <NativeSelect {...shared} value={value} onChange={typed.onChange} data={[...(field.choices ?? [])]} />
      );
    case "channels":
      return (
        <MultiSelect
          {...shared}
          searchable
          data={channels.map(({ id, name }) => ({ value: id, label: name }))}
          value={value.split("\n").filter((id) => id !== "")}
          onChange={(ids) => onChange(ids.join("\n"))}
        />
      );
  }
}

function Lines(props: ComponentProps<typeof Textarea>) {
  return <Textarea autosize minRows={2} maxRows={12} spellCheck={false} {...props} />;
}

type ShownOnceProps = { secrets: Record<string, string>; done: () => void };

/** What the server made for the person, and will never show again. */
export function ShownOnce({ secrets, done }: ShownOnceProps) {
  return (
    <Alert icon={<IconKey aria-hidden />} title="Keep this: it is not shown again" color="indigo">
      <Stack>
        {Object.entries(secrets).map(([name, value]) => (
          <div key={name}>
            <p>{name === "secret" ? "The secret with which its calls are signed:" : `${name}:`}</p>
            <CodeBlock code={value} what={name} />
          </div>
        ))}
        <div>
          <Button onClick={done}>I have kept it</Button>
        </div>
      </Stack>
    </Alert>
  );
}
