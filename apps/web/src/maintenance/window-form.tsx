import { Group, Radio, Stack, TextInput } from "@mantine/core";
import { Checkbox, CheckboxGroup } from "../ui/checkbox.tsx";
import { useForm, type UseFormReturnType } from "@mantine/form";

import { WEEKDAY_NAMES } from "@overdue/schedules";
import { FormButtons, FormProblems, useFormSave } from "../ui/form.tsx";
import { SpanInput } from "../ui/span-input.tsx";
import { ruleText } from "./window-text.ts";
import { type WindowDraft, windowDraft, windowField, type WindowValues } from "./window-values.ts";
import { TimezoneSelect, MultiSelect, TagsInput } from "../ui/pick.tsx";
import { Segments } from "../ui/segments.tsx";

type Props = {
  initial: WindowValues;
  isNew: boolean;
  checks: ReadonlyMap<string, string>;
  knownTags: readonly string[];
  save: (draft: WindowDraft) => Promise<unknown>;
  cancel: () => void;
};

const KINDS = [
  { value: "once", label: "Once" },
  { value: "weekly", label: "Weekly" },
  { value: "cron", label: "Cron" },
];

/** Creates or edits a maintenance window. */
export function WindowForm({ initial, isNew, checks, knownTags, save, cancel }: Props) {
  const form = useForm({ initialValues: initial });
  const { isSaving, rest, submit } = useFormSave({
    form,
    save,
    toField: (path) => windowField(path, form.values.kind),
  });
  return (
    <form onSubmit={form.onSubmit((values) => void submit(windowDraft(values)))} noValidate>
      <Stack>
        <TextInput
          label="Name"
          description="Shown in the history of the checks."
          placeholder="Patch day"
          maxLength={100}
          required
          {...form.getInputProps("name")}
        />
        <Segments
          aria-label="How often it repeats"
          data={KINDS}
          value={form.values.kind}
          onChange={(chosen) => form.setFieldValue("kind", toKind(chosen))}
        />
        <TimeFields form={form} />
        <ScopeFields form={form} checks={checks} knownTags={knownTags} />
        <RuleSummary values={form.values} />
        <FormProblems rest={rest} errors={form.errors} />
        <FormButtons submitLabel={isNew ? "Create window" : "Save"} isSaving={isSaving} cancel={cancel} />
      </Stack>
    </form>
  );
}

type Form = UseFormReturnType<WindowValues>;

function TimeFields({ form }: { form: Form }) {
  const { kind } = form.values;
  return (
    <>
      {kind === "weekly" && (
        <CheckboxGroup label="Days" {...form.getInputProps("weekdays")}>
          <Group gap="sm" mt={6}>
            {WEEKDAY_NAMES.map((name, index) => (
              <Checkbox key={name} value={String(index + 1)} label={name} />
            ))}
          </Group>
        </CheckboxGroup>
      )}
      <Group align="flex-start">
        {kind === "once" && (
          <>
            <TextInput type="datetime-local" label="From" required {...form.getInputProps("from")} />
            <TextInput type="datetime-local" label="Until" required {...form.getInputProps("until")} />
          </>
        )}
        {kind === "weekly" && (
          <TextInput type="time" label="Begins at" required {...form.getInputProps("time")} />
        )}
        {kind === "cron" && (
          <TextInput
            label="Begins at (cron expression)"
            spellCheck={false}
            required
            {...form.getInputProps("cron")}
          />
        )}
        {kind !== "once" && <SpanInput label="Lasts" required {...form.getInputProps("length")} />}
        <TimezoneSelect required {...form.getInputProps("timezone")} />
      </Group>
    </>
  );
}

type ScopeProps = { form: Form; checks: ReadonlyMap<string, string>; knownTags: readonly string[] };

function ScopeFields({ form, checks, knownTags }: ScopeProps) {
  const { scope, tags, checkIds } = form.values;
  return (
    <>
      <Radio.Group label="For" {...form.getInputProps("scope")}>
        <Group mt={6}>
          <Radio value="project" label="Every check of the project" />
          <Radio value="some" label="Some of them" />
        </Group>
      </Radio.Group>
      {scope === "some" && (
        <>
          <TagsInput
            label="Checks with any of these tags"
            data={[...knownTags]}
            placeholder={tags.length > 0 ? "" : "prod"}
            splitChars={[",", " "]}
            {...form.getInputProps("tags")}
          />
          <MultiSelect
            label="And these checks"
            data={[...checks].map(([value, label]) => ({ value, label }))}
            placeholder={checkIds.length > 0 ? "" : "none"}
            searchable
            clearable
            limit={60}
            {...form.getInputProps("checkIds")}
          />
        </>
      )}
    </>
  );
}

function RuleSummary({ values }: { values: WindowValues }) {
  const { rule } = windowDraft(values);
  const unfinished = rule.kind === "once" && (values.from === "" || values.until === "");
  return (
    <p style={{ margin: 0 }}>
      {unfinished
        ? "Enter when it begins and ends."
        : `${ruleText(rule, values.timezone)}: deadlines in this window are excluded, and nobody is notified.`}
    </p>
  );
}

function toKind(text: string): WindowValues["kind"] {
  return text === "weekly" || text === "cron" ? text : "once";
}
