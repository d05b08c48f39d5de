import { Accordion, Stack, TagsInput, Text, Textarea, TextInput } from "@mantine/core";
import { CheckSettingsInput } from "@overdue/core";
import { spanToSeconds, toSpan } from "../../time/duration.ts";
import { Card } from "../../ui/card.tsx";
import { FormButtons, type FormErrors, FormProblems, placeErrors, useFormSave } from "../../ui/form.tsx";
import type { CheckInput } from "../check-queries.ts";
import { SlotPicture } from "../slot-picture.tsx";
import { AlertFields, ChannelField, type OfferedChannel } from "./alert-fields.tsx";
import {
  CheckFormProvider,
  type CheckFormValues,
  checkInput,
  checkSettings,
  newCheckValues,
  slugify,
  useCheckForm,
  useCheckFormContext,
} from "./check-form-values.ts";
import styles from "./check-form.module.css";
import { MoreFields } from "./more-fields.tsx";
import { ScheduleFields } from "./schedule-fields.tsx";

type Props = {
  projectId: string;
  initial: CheckFormValues;
  /** The slug of a new check follows its name until somebody types the slug. */
  isNew: boolean;
  channels: readonly OfferedChannel[];
  knownTags: readonly string[];
  /** The checks on which it may depend. */
  others: ReadonlyMap<string, string>;
  /** Called with what is typed, at every change. */
  onTyped?: (values: CheckFormValues) => void;
  save: (input: CheckInput) => Promise<unknown>;
  cancel: () => void;
};

/** Creates or edits a check. */
export function CheckForm(props: Props) {
  const { projectId, initial, isNew, channels, knownTags, others, onTyped, save, cancel } = props;
  const form = useCheckForm({ initialValues: initial, ...(onTyped && { onValuesChange: onTyped }) });
  const { isSaving, rest, show, submit } = useFormSave({
    form,
    save,
    toField: (path) => checkField(path, form.values.kind),
  });
  const validateAndSubmit = (values: CheckFormValues) => {
    const errors = validateCheckForm(values);
    show(errors);
    if (Object.keys(errors.fields).length === 0) void submit(checkInput(values));
  };
  return (
    <CheckFormProvider form={form}>
      <form onSubmit={form.onSubmit(validateAndSubmit)} noValidate>
        <Stack gap="md">
          <Card title="Job">
            <DetailFields isNew={isNew} knownTags={knownTags} />
          </Card>
          <Card title="Schedule">
            <ScheduleFields />
          </Card>
          <Card title="Limits">
            <LimitsField />
          </Card>
          <Card title="Who gets notified">
            <ChannelField channels={channels} projectId={projectId} />
            <AlertFields others={others} />
          </Card>
          <Accordion variant="contained" chevronPosition="left" className={styles["more"] ?? ""}>
            <Accordion.Item value="more">
              <Accordion.Control>More settings</Accordion.Control>
              <Accordion.Panel>
                <MoreFields />
              </Accordion.Panel>
            </Accordion.Item>
          </Accordion>
          <FormProblems rest={rest} errors={form.errors} />
          <FormButtons submitLabel={isNew ? "Create check" : "Save"} isSaving={isSaving} cancel={cancel} />
        </Stack>
      </form>
    </CheckFormProvider>
  );
}

function DetailFields({ isNew, knownTags }: { isNew: boolean; knownTags: readonly string[] }) {
  const form = useCheckFormContext();
  const name = form.getInputProps("name");
  const rename = (text: string) => {
    const follows = isNew && form.values.slug === slugify(form.values.name);
    form.setFieldValue("name", text);
    if (follows) form.setFieldValue("slug", slugify(text));
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
      <Textarea
        label="Description"
        placeholder="What to do when it is down"
        autosize
        minRows={1}
        maxRows={12}
        {...form.getInputProps("description")}
      />
    </div>
  );
}

/** The form's own fields; those of a check that are spans of time drop the `Seconds` of their names. */
const FIELDS = new Set(Object.keys(newCheckValues("UTC", [])));
const OTHER_NAMES: Record<string, string> = {
  "schedule.everySeconds": "every",
  "schedule.timezone": "timezone",
  "schedule.job": "job",
  "schedule.scheduler": "scheduler",
};

/** The form's field for a path of the API, or of core's schema, which uses the same paths; null where it has none. */
export function checkField(path: string, kind: CheckFormValues["kind"]): string | null {
  if (path === "schedule.expression" || path === "schedule")
    return { interval: "every", cron: "cron", oncalendar: "calendar" }[kind];
  if (path.startsWith("tags.")) return "tags";
  if (path.startsWith("dependsOn.")) return "dependsOn";
  const exception = /^schedule\.except\.(dates|holidays|onlyOn)\b/.exec(path)?.[1];
  if (exception !== undefined) return `exceptions.${exception}`;
  const field = OTHER_NAMES[path] ?? path.replace(/Seconds$/, "");
  return FIELDS.has(field.split(".")[0] ?? "") ? field : null;
}

/** What the API would refuse, with the same messages, before it is asked. */
function validateCheckForm(values: CheckFormValues): FormErrors {
  const parsed = CheckSettingsInput.safeParse(checkSettings(values));
  const errors = parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => ({ field: path.join("."), message }));
  return placeErrors(errors, (path) => checkField(path, values.kind));
}

/** The limits of the form as a picture that follows what is typed, and in which they can be dragged. */
function LimitsField() {
  const form = useCheckFormContext();
  const { grace, earlyMargin, jitter, maxRuntime } = form.values;
  const limits = {
    grace: spanToSeconds(grace) ?? 0,
    earlyMargin: spanToSeconds(earlyMargin),
    jitter: spanToSeconds(jitter),
    maxRuntime: spanToSeconds(maxRuntime),
  };
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm">
        Drag an edge, or type the grace above and the others under More settings.
      </Text>
      <SlotPicture limits={limits} move={(limit, seconds) => form.setFieldValue(limit, toSpan(seconds))} />
    </>
  );
}
