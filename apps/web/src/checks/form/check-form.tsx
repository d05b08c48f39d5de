import { Suspense, useState } from "react";
import { slugify } from "@overdue/core";
import { Skeleton, Stack, TextInput, NativeSelect, Text } from "@mantine/core";
import { Card } from "../../ui/card.tsx";
import { FormButtons, FormProblems, useFormSave } from "../../ui/form.tsx";
import type { CheckInput } from "../check-queries.ts";
import {
  checkField,
  CheckFormProvider,
  type CheckFormValues,
  checkInput,
  useCheckForm,
  useCheckFormContext,
} from "./check-form-values.ts";
import { ScheduleFields } from "./schedule-fields.tsx";
import styles from "./check-form.module.css";
import { TagsInput, MultiSelect } from "../../ui/pick.tsx";
import { TextArea } from "../../ui/text-area.tsx";
import { lazyPart } from "../../ui/lazy-part.ts";
import { Checkbox, CheckboxGroup } from "../../ui/checkbox.tsx";
import { TextLink } from "../../ui/page.tsx";

type Props = {
  projectId: string;
  initial: CheckFormValues;
  /** The slug of a new check follows its name until the person types a slug. */
  isNew: boolean;
  channels: readonly ChannelOption[];
  knownTags: readonly string[];
  /** The names of the checks on which it may depend, by id. */
  others: ReadonlyMap<string, string>;
  /** Called with the form's values after every change. */
  onTyped?: (values: CheckFormValues) => void;
  save: (input: CheckInput) => Promise<unknown>;
  cancel: () => void;
};

/** A form that creates or edits a check. */
export function CheckForm(props: Props) {
  const { projectId, initial, isNew, channels, knownTags, others, onTyped, save, cancel } = props;
  const form = useCheckForm({ initialValues: initial, ...(onTyped && { onValuesChange: onTyped }) });
  const { isSaving, otherProblems, submit } = useFormSave({
    form,
    save,
    toField: (path) => checkField(path, form.values.kind),
    isKept: onTyped !== undefined,
  });
  return (
    <CheckFormProvider form={form}>
      <form onSubmit={form.onSubmit((values) => void submit(checkInput(values)))} noValidate>
        <Stack gap="md">
          <Card title="Job">
            <DetailFields isNew={isNew} knownTags={knownTags} />
          </Card>
          <Card title="Schedule">
            <ScheduleFields />
          </Card>
          <Card title="Limits">
            <Suspense fallback={<Skeleton height={150} />}>
              <LimitsField />
            </Suspense>
          </Card>
          <Card title="Who gets notified">
            <ChannelField channels={channels} projectId={projectId} />
            <AlertFields others={others} />
          </Card>
          <MoreSettings />
          <FormProblems otherProblems={otherProblems} errors={form.errors} />
          <FormButtons submitLabel={isNew ? "Create check" : "Save"} isSaving={isSaving} cancel={cancel} />
        </Stack>
      </form>
    </CheckFormProvider>
  );
}

// Loaded on demand: the picture follows the fields, and few checks need more settings.
const LimitsField = lazyPart(() => import("./limits-field.tsx"));
const MoreFields = lazyPart(() => import("./more-fields.tsx"));

/** The settings that few checks need, loaded when they are unfolded. */
function MoreSettings() {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className={styles["more"]} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>More settings</summary>
      {isOpen && (
        <Suspense fallback={<Skeleton height={200} />}>
          <MoreFields />
        </Suspense>
      )}
    </details>
  );
}

function DetailFields({ isNew, knownTags }: { isNew: boolean; knownTags: readonly string[] }) {
  const form = useCheckFormContext();
  const name = form.getInputProps("name");
  const rename = (text: string) => {
    const slugFollows = isNew && form.values.slug === slugify(form.values.name);
    form.setFieldValue("name", text);
    if (slugFollows) form.setFieldValue("slug", slugify(text));
  };
  return (
    <div className={styles["details"]}>
      <TextInput
        label="Name"
        placeholder="nightly backup"
        maxLength={100}
        data-autofocus
        {...name}
        onChange={({ currentTarget }) => rename(currentTarget.value)}
      />
      <TextInput
        label="Slug"
        description="The name of the check in ping URLs with the project's ping key."
        inputWrapperOrder={["label", "input", "description", "error"]}
        placeholder="nightly-backup"
        maxLength={100}
        spellCheck={false}
        {...form.getInputProps("slug")}
      />
      <TagsInput
        label="Tags"
        data={[...knownTags]}
        placeholder={form.values.tags.length > 0 ? "" : "prod, db"}
        splitChars={[",", " "]}
        maxTags={250}
        {...form.getInputProps("tags")}
      />
      <TextArea
        label="Description"
        placeholder="What to do when it is down"
        rows={1}
        {...form.getInputProps("description")}
      />
    </div>
  );
}

/** A channel as an option of the form. */
type ChannelOption = {
  id: string;
  name: string;
  hint: string;
  brokenAt: string | null;
  unconfirmedSince: string | null;
};

/** The field for the channels that are notified when the check goes down or recovers. */
function ChannelField({ channels, projectId }: { channels: readonly ChannelOption[]; projectId: string }) {
  const form = useCheckFormContext();
  if (channels.length === 0) {
    return (
      <Text c="dimmed">
        There is no channel yet.{" "}
        <TextLink to="/projects/$projectId/channels" params={{ projectId }}>
          Add a channel
        </TextLink>
      </Text>
    );
  }
  return (
    <CheckboxGroup
      label="Channels"
      description="They get notified when the check goes down, and when it is up again."
      {...form.getInputProps("channelIds")}
    >
      <Stack gap="xs" mt="xs">
        {channels.map((channel) => (
          <Checkbox
            key={channel.id}
            value={channel.id}
            label={channelLabel(channel)}
            description={channel.hint}
          />
        ))}
      </Stack>
    </CheckboxGroup>
  );
}

function channelLabel({ name, brokenAt, unconfirmedSince }: ChannelOption): string {
  if (brokenAt !== null) return `${name} (broken)`;
  return unconfirmedSince === null ? name : `${name} (waiting for confirmation)`;
}

const SEVERITIES = [
  { value: "info", label: "Info" },
  { value: "warning", label: "Warning" },
  { value: "critical", label: "Critical" },
];

/** The fields for the severity of a check, and for the checks on which it depends. */
function AlertFields({ others }: { others: ReadonlyMap<string, string> }) {
  const form = useCheckFormContext();
  const { dependsOn } = form.values;
  return (
    <Stack mt="md">
      <NativeSelect
        label="Severity"
        description="How urgent it is. Routes can select checks by it."
        data={SEVERITIES}
        maw={280}
        {...form.getInputProps("severity")}
      />
      <MultiSelect
        label="Depends on"
        description="While one of these checks is down, the alert of this one is held back. Its status still changes."
        data={[...others].map(([value, label]) => ({ value, label }))}
        placeholder={dependsOn.length > 0 ? "" : "none"}
        searchable
        clearable
        limit={60}
        {...form.getInputProps("dependsOn")}
      />
    </Stack>
  );
}
