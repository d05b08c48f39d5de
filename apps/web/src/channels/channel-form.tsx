import { Alert, Anchor, Button, NativeSelect, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm, type UseFormReturnType } from "@mantine/form";
import { type ComponentProps, type ReactNode, useState } from "react";
import { IconKey } from "@tabler/icons-react";
import { CodeBlock } from "../ui/code-block.tsx";
import { FormButtons, FormProblems, useFormSave } from "../ui/form.tsx";
import type { ChannelKind } from "./channel-queries.ts";
import { ChecksField, type NamedCheck } from "./checks-field.tsx";
import { MultiSelect } from "../ui/pick.tsx";
import { TextArea } from "../ui/text-area.tsx";

/** `settings` is undefined if they are not changed. */
type ChannelDraft = {
  name: string;
  settings: Record<string, unknown> | undefined;
  checkIds: string[];
};

type ChannelFormProps = {
  kind: ChannelKind;
  /** Null for a new channel. */
  known: { name: string; hint: string } | null;
  checks: readonly NamedCheck[];
  checkIds: readonly string[];
  /** The channels that a group may contain. */
  channels: readonly { id: string; name: string }[];
  /** Renders what the operator must set up before the settings typed so far work. */
  warnings: (settings: Record<string, unknown>) => ReactNode;
  save: (draft: ChannelDraft) => Promise<unknown>;
  cancel: () => void;
};

/** A form that creates or edits a channel, with the fields of its kind. */
export function ChannelForm(props: ChannelFormProps) {
  const { kind, known, checks, checkIds, channels, warnings, save, cancel } = props;
  const [open, setOpen] = useState(known === null);
  const form = useForm({
    initialValues: { name: known?.name ?? "", checkIds: [...checkIds], settings: emptySettings(kind.fields) },
  });
  const { isSaving, otherProblems, submit: saveDraft } = useFormSave({ form, save, toField });

  const submit = ({ name, checkIds: chosen, settings }: typeof form.values) => {
    const typed = open ? readSettings(kind.fields, settings) : undefined;
    void saveDraft({ name: name || kind.title, settings: typed, checkIds: chosen });
  };
  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Stack>
        <TextInput
          label="Name"
          description="Shown in lists. Leave it empty to use the name of its kind."
          placeholder={kind.title}
          maxLength={100}
          {...form.getInputProps("name")}
        />
        {open ? (
          <KindFields kind={kind} form={form} channels={channels} />
        ) : (
          <p style={{ margin: 0 }}>
            Messages go to {known?.hint}
            {" · "}
            <Anchor component="button" type="button" onClick={() => setOpen(true)}>
              Change where it sends
            </Anchor>{" "}
            (enter everything again, because secrets are never shown).
          </p>
        )}
        {open && warnings(form.values.settings)}
        <ChecksField
          checks={checks}
          value={form.values.checkIds}
          onChange={(checkIds) => form.setFieldValue("checkIds", checkIds)}
        />
        <FormProblems otherProblems={otherProblems} errors={form.errors} />
        <FormButtons
          submitLabel={known === null ? "Create channel" : "Save"}
          isSaving={isSaving}
          cancel={cancel}
        />
      </Stack>
    </form>
  );
}

type SettingsForm = UseFormReturnType<{ settings: Record<string, string> } & Omit<ChannelDraft, "settings">>;

/** The fields that the kind requires. Optional ones are folded away until they are asked for, or one has a problem. */
function KindFields({
  kind,
  form,
  channels,
}: {
  kind: ChannelKind;
  form: SettingsForm;
  channels: KindFieldProps["channels"];
}) {
  const [isOpen, setOpen] = useState(false);
  const shown = kind.fields.filter(({ required }) => required === true);
  const folded = shown.length === 0 ? [] : kind.fields.filter(({ required }) => required !== true);
  const renderField = (field: KindFieldProps["field"]) => (
    <KindField
      key={field.name}
      field={field}
      channels={channels}
      value={form.values.settings[field.name] ?? ""}
      onChange={(value) => form.setFieldValue(`settings.${field.name}`, value)}
      error={form.errors[`settings.${field.name}`]}
    />
  );
  if (folded.length < FOLDED_FIELDS_MIN) return kind.fields.map(renderField);
  const isShown = isOpen || folded.some(({ name }) => form.errors[`settings.${name}`] !== undefined);
  return (
    <>
      {shown.map(renderField)}
      <Anchor
        component="button"
        type="button"
        ta="left"
        aria-expanded={isShown}
        onClick={() => setOpen(!isShown)}
      >
        {isShown ? "Fewer settings" : `${folded.length} more settings, none of them needed`}
      </Anchor>
      {isShown && folded.map(renderField)}
    </>
  );
}

/** Fewer optional fields than this are always shown: unfolding them would take longer than reading them. */
const FOLDED_FIELDS_MIN = 3;

type KindFieldProps = {
  field: ChannelKind["fields"][number];
  /** The channels that a group may contain. */
  channels: readonly { id: string; name: string }[];
  value: string;
  onChange: (value: string) => void;
  error?: ReactNode;
};

/** The input for one setting of a kind. Every value is text; a list has one entry per line. */
function KindField({ field, channels, value, onChange, error }: KindFieldProps) {
  const { label, help, placeholder, required } = field;
  const common = { label, description: help, required, error };
  const textProps = {
    ...common,
    placeholder,
    value,
    onChange: (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value),
  };
  switch (field.input) {
    case "pairs":
      return <Lines {...textProps} description={`${help} One on each line, as Name: value.`} />;
    case "lines":
    case "paragraph":
      return <Lines {...textProps} />;
    case "password":
      return <PasswordInput autoComplete="off" {...textProps} />;
    case "text":
    case "url":
      return <TextInput type={field.input} autoComplete="off" spellCheck={false} {...textProps} />;
    case "email":
      // Browsers rewrite the domain of a field of type "email", and refuse letters before the @.
      return <TextInput inputMode="email" autoComplete="off" spellCheck={false} {...textProps} />;
    case "choice":
      return (
        <NativeSelect
          {...common}
          value={value}
          onChange={textProps.onChange}
          data={[...(field.choices ?? [])]}
        />
      );
    case "channels":
      return (
        <MultiSelect
          {...common}
          searchable
          data={channels.map(({ id, name }) => ({ value: id, label: name }))}
          value={value.split("\n").filter((id) => id !== "")}
          onChange={(ids) => onChange(ids.join("\n"))}
        />
      );
  }
}

function Lines(props: ComponentProps<typeof TextArea>) {
  return <TextArea rows={2} spellCheck={false} {...props} />;
}

type NewSecretsProps = { secrets: Record<string, string>; done: () => void };

/** Shows the secrets that the server has just created, and will not show again. */
export function NewSecrets({ secrets, done }: NewSecretsProps) {
  return (
    <Alert icon={<IconKey aria-hidden />} title="Copy this now: it is not shown again" color="indigo">
      <Stack>
        {Object.entries(secrets).map(([name, value]) => (
          <div key={name}>
            {name === "secret" ? (
              <p>
                The secret that signs its requests. Only a receiver that verifies signatures needs it: the
                channel works without.
              </p>
            ) : (
              <p>{name}:</p>
            )}
            <CodeBlock code={value} what={name} />
          </div>
        ))}
        <div>
          <Button onClick={done}>I have copied it</Button>
        </div>
      </Stack>
    </Alert>
  );
}

/** What a person typed into the fields of a kind: text, or pairs with one "Name: value" per line. */
type TypedSettings = Record<string, string>;

/** The settings as the API takes them. Empty fields are left out, so that their defaults apply. */
export function readSettings(fields: ChannelKind["fields"], typed: TypedSettings): Record<string, unknown> {
  return Object.fromEntries(
    fields.flatMap(({ name, input }) => {
      const text = (typed[name] ?? "").trim();
      return text === "" ? [] : [[name, input === "pairs" ? readPairs(text) : text]];
    }),
  );
}

/** The values of an empty form: no text, but the first option of a choice. */
function emptySettings(fields: ChannelKind["fields"]): TypedSettings {
  return Object.fromEntries(fields.map(({ name, choices }) => [name, choices?.[0]?.value ?? ""]));
}

/** Reads one "Name: value" per line; a line without a colon is a name with an empty value. */
function readPairs(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line) => {
        const colon = line.indexOf(":");
        return colon < 0 ? [line.trim(), ""] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
      }),
  );
}

/** The form's field for a path of the API, which names settings with and without "settings." in front. */
export function toField(path: string): string {
  if (path === "name" || path.startsWith("checkIds")) return path.split(".")[0] ?? path;
  const setting = path.replace(/^settings\./, "");
  return `settings.${setting.split(".")[0] ?? setting}`;
}
