import { Accordion, Stack, TagsInput, Textarea, TextInput } from "@mantine/core";

import { Card } from "../../ui/card.tsx";
import { FormButtons, FormProblems, useFormSave } from "../../ui/form.tsx";
import type { CheckInput } from "../check-queries.ts";
import { AlertFields, ChannelField, type OfferedChannel } from "./alert-fields.tsx";
import {
  CheckFormProvider,
  type CheckFormValues,
  checkInput,
  slugify,
  useCheckForm,
  useCheckFormContext,
} from "./check-form-values.ts";
import { checkField, validateCheckForm } from "./check-form-errors.ts";
import { LimitsField } from "./limits-field.tsx";
import { MoreFields } from "./more-fields.tsx";
import { ScheduleFields } from "./schedule-fields.tsx";
import styles from "./check-form.module.css";

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
