import {
  Alert,
  Button,
  Checkbox,
  Group,
  MultiSelect,
  Radio,
  SegmentedControl,
  Select,
  Stack,
  TagsInput,
  TextInput,
} from "@mantine/core";
import { useForm, type UseFormReturnType } from "@mantine/form";
import { timezones } from "@overdue/schedules";
import { useState } from "react";

import { ApiError, sentenceOf } from "../api/problem.ts";
import { WEEKDAYS } from "../time/weekdays.ts";
import { SpanInput } from "../ui/span-input.tsx";
import { ruleText } from "./window-text.ts";
import { type WindowDraft, windowDraft, windowErrors, type WindowValues } from "./window-values.ts";

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

/** Makes or edits a maintenance window. */
export function WindowForm({ initial, isNew, checks, knownTags, save, cancel }: Props) {
  const form = useForm({ initialValues: initial });
  const [trouble, setTrouble] = useState<string | null>(null);
  const [saving, setSaving] = useState(false);
  const submit = async (values: WindowValues) => {
    setSaving(true);
    setTrouble(null);
    await save(windowDraft(values)).catch((error: unknown) => {
      if (error instanceof ApiError) form.setErrors(windowErrors(error.errors, values.kind));
      setTrouble(sentenceOf(error));
    });
    setSaving(false);
  };
  return (
    <form onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
      <Stack>
        <TextInput
          label="Name"
          description="As the history of the checks tells it."
          placeholder="Patch day"
          maxLength={100}
          required
          {...form.getInputProps("name")}
        />
        <SegmentedControl
          aria-label="How often"
          data={KINDS}
          value={form.values.kind}
          onChange={(chosen) => form.setFieldValue("kind", kindOf(chosen))}
        />
        <TimeFields form={form} />
        <ScopeFields form={form} checks={checks} knownTags={knownTags} />
        <ReadBack values={form.values} />
        {trouble !== null && (
          <Alert color="red" role="alert" title="That did not work">
            {trouble}
          </Alert>
        )}
        <Group>
          <Button type="submit" loading={saving}>
            {isNew ? "Plan the window" : "Save"}
          </Button>
          <Button variant="default" onClick={cancel}>
            Cancel
          </Button>
        </Group>
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
        <Checkbox.Group label="Days" {...form.getInputProps("weekdays")}>
          <Group gap="sm" mt={6}>
            {WEEKDAYS.map((name, index) => (
              <Checkbox key={name} value={String(index + 1)} label={name} />
            ))}
          </Group>
        </Checkbox.Group>
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
            label="Begins, as a cron expression"
            spellCheck={false}
            required
            {...form.getInputProps("cron")}
          />
        )}
        {kind !== "once" && <SpanInput label="Lasts" required {...form.getInputProps("length")} />}
        <Select
          label="Time zone"
          data={[...timezones]}
          searchable
          limit={60}
          allowDeselect={false}
          required
          {...form.getInputProps("timezone")}
        />
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

function ReadBack({ values }: { values: WindowValues }) {
  const { rule } = windowDraft(values);
  const unfinished = rule.kind === "once" && (values.from === "" || values.until === "");
  return (
    <p style={{ margin: 0 }}>
      {unfinished
        ? "Name when it begins and ends."
        : `${ruleText(rule, values.timezone)}: nothing that is due then is judged, and nobody is told.`}
    </p>
  );
}

function kindOf(text: string): WindowValues["kind"] {
  return text === "weekly" || text === "cron" ? text : "once";
}
