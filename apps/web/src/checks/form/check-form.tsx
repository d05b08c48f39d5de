import { Accordion, Alert, Button, Group, Stack, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";

import { ApiError, sentenceOf } from "../../api/problem.ts";
import { Card } from "../../ui/card.tsx";
import type { CheckInput } from "../check-queries.ts";
import { AlertFields, ChannelField, type OfferedChannel } from "./alert-fields.tsx";
import {
  CheckFormProvider,
  type CheckFormValues,
  inputOf,
  slugOf,
  useCheckForm,
  useCheckFormContext,
} from "./check-form-values.ts";
import { formErrors, refusals } from "./check-form-errors.ts";
import { MoreFields } from "./more-fields.tsx";
import { ScheduleFields } from "./schedule-fields.tsx";
import styles from "./check-form.module.css";

type Props = {
  projectId: string;
  initial: CheckFormValues;
  /** Whether the slug follows the name until it is typed. */
  isNew: boolean;
  channels: readonly OfferedChannel[];
  knownTags: readonly string[];
  /** The checks on which it may depend. */
  others: ReadonlyMap<string, string>;
  save: (input: CheckInput) => Promise<unknown>;
  cancel: () => void;
};

/** Makes or edits a check. */
export function CheckForm(props: Props) {
  const { projectId, initial, isNew, channels, knownTags, others, save, cancel } = props;
  const form = useCheckForm({ initialValues: initial });
  const [rest, setRest] = useState<string[]>([]);
  const [saving, setSaving] = useState(false);

  const show = (errors: ReturnType<typeof formErrors>) => {
    form.setErrors(errors.fields);
    setRest(errors.rest);
  };
  const submit = async (values: CheckFormValues) => {
    const refused = refusals(values);
    show(refused);
    if (Object.keys(refused.fields).length > 0) return;
    setSaving(true);
    await save(inputOf(values)).catch((error: unknown) => show(errorsOf(error, values.kind)));
    setSaving(false);
  };
  return (
    <CheckFormProvider form={form}>
      <form onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
        <Stack gap="md">
          <Card title="The job">
            <DetailFields isNew={isNew} knownTags={knownTags} />
          </Card>
          <Card title="When it is due">
            <ScheduleFields />
          </Card>
          <Card title="Who is told">
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
          <Problems rest={rest} count={Object.keys(form.errors).length} />
          <Group>
            <Button type="submit" loading={saving}>
              {isNew ? "Make the check" : "Save"}
            </Button>
            <Button variant="default" onClick={cancel}>
              Cancel
            </Button>
          </Group>
        </Stack>
      </form>
    </CheckFormProvider>
  );
}

function DetailFields({ isNew, knownTags }: { isNew: boolean; knownTags: readonly string[] }) {
  const form = useCheckFormContext();
  const name = form.getInputProps("name");
  const rename = (text: string) => {
    const follows = isNew && form.values.slug === slugOf(form.values.name);
    form.setFieldValue("name", text);
    if (follows) form.setFieldValue("slug", slugOf(text));
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
        description="Names the check in ping addresses with the project's ping key."
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

/** Says below the form that something above it needs a look, where it would else be out of sight. */
function Problems({ rest, count }: { rest: readonly string[]; count: number }) {
  if (rest.length === 0 && count === 0) return null;
  return (
    <Alert color="red" role="alert" title={count > 0 ? "Some fields need another look" : "That did not work"}>
      {rest.length > 0 ? rest.join(" ") : "Each says what it needs."}
    </Alert>
  );
}

function errorsOf(error: unknown, kind: CheckFormValues["kind"]): ReturnType<typeof formErrors> {
  const placed = formErrors(error instanceof ApiError ? error.errors : [], kind);
  const nothing = Object.keys(placed.fields).length === 0 && placed.rest.length === 0;
  return nothing ? { fields: {}, rest: [sentenceOf(error)] } : placed;
}
