import { REASONS, SEVERITIES } from "@overdue/core";
import { Fieldset, Stack, Text, TextInput } from "@mantine/core";
import { Checkbox } from "../ui/checkbox.tsx";

import { Card } from "../ui/card.tsx";
import { FormButtons, FormProblems, useFormSave } from "../ui/form.tsx";
import { SpanInput } from "../ui/span-input.tsx";
import { HoursFields, StepFields } from "./route-fields.tsx";
import {
  type RouteDraft,
  routeDraft,
  routeField,
  RouteFormProvider,
  type RouteValues,
  useRouteForm,
  useRouteFormContext,
} from "./route-values.ts";
import { type Names, REASON_TITLES } from "./route-text.ts";
import { RouteSentence } from "./route-list.tsx";
import { MultiSelect, TagsInput } from "../ui/pick.tsx";

type Props = {
  initial: RouteValues;
  isNew: boolean;
  names: Names;
  knownTags: readonly string[];
  save: (draft: RouteDraft) => Promise<unknown>;
  cancel: () => void;
};

/** Creates or edits an alert route; a summary below the fields follows what is typed. */
export function RouteForm({ initial, isNew, names, knownTags, save, cancel }: Props) {
  const form = useRouteForm({ initialValues: initial });
  const { isSaving, rest, submit } = useFormSave({ form, save, toField: routeField });
  return (
    <RouteFormProvider form={form}>
      <form onSubmit={form.onSubmit((values) => void submit(routeDraft(values)))} noValidate>
        <Stack gap="md">
          <Card title="What it is for">
            <Stack>
              <MatchFields names={names} knownTags={knownTags} />
              <NotifyOnFields />
            </Stack>
          </Card>
          <Card title="Who gets notified, and when">
            <StepFields names={names} />
          </Card>
          <Card title="How often, and at which hours">
            <Stack>
              <SpanInput
                label="Repeat every"
                description="A “still down” reminder until somebody acknowledges it or it recovers. Leave it empty to send none."
                placeholder="never"
                {...form.getInputProps("repeat")}
              />
              <HoursFields names={names} />
              <Checkbox
                label="Notify on recovery"
                description="Everyone who was notified that it is down is also notified when it is up again."
                {...form.getInputProps("recovery", { type: "checkbox" })}
              />
            </Stack>
          </Card>
          <Card title="Summary">
            <RouteSentence route={routeDraft(form.values)} names={names} />
          </Card>
          <FormProblems rest={rest} errors={form.errors} />
          <FormButtons submitLabel={isNew ? "Create route" : "Save"} isSaving={isSaving} cancel={cancel} />
        </Stack>
      </form>
    </RouteFormProvider>
  );
}

const REASON_OPTIONS = REASONS.map((value) => ({ value, label: REASON_TITLES[value] }));

function MatchFields({ names, knownTags }: { names: Names; knownTags: readonly string[] }) {
  const form = useRouteFormContext();
  const { tags, reasons, severities, checkIds } = form.values;
  return (
    <Stack>
      <TextInput
        label="Name"
        placeholder="Night duty"
        maxLength={100}
        required
        {...form.getInputProps("name")}
      />
      <Fieldset legend="Only for (an empty field matches everything)">
        <Stack>
          <TagsInput
            label="Tags"
            description="A check with any of these tags."
            data={[...knownTags]}
            placeholder={tags.length > 0 ? "" : "any"}
            splitChars={[",", " "]}
            {...form.getInputProps("tags")}
          />
          <MultiSelect
            label="Severities"
            data={SEVERITIES}
            placeholder={severities.length > 0 ? "" : "any"}
            clearable
            {...form.getInputProps("severities")}
          />
          <MultiSelect
            label="Reasons"
            data={REASON_OPTIONS}
            placeholder={reasons.length > 0 ? "" : "any"}
            clearable
            {...form.getInputProps("reasons")}
          />
          <MultiSelect
            label="Checks"
            data={[...names.checks].map(([value, label]) => ({ value, label }))}
            placeholder={checkIds.length > 0 ? "" : "any"}
            searchable
            clearable
            limit={60}
            {...form.getInputProps("checkIds")}
          />
        </Stack>
      </Fieldset>
    </Stack>
  );
}

const CHOICES: readonly { name: keyof RouteDraft["notifyOn"]; label: string; description: string }[] = [
  {
    name: "changes",
    label: "Down and up",
    description: "When the status of the check changes. All steps apply to these.",
  },
  {
    name: "failures",
    label: "Every failure",
    description: "Each run that fails, even while the check is already down.",
  },
  {
    name: "runs",
    label: "Every run, good or bad",
    description: "An informational line for each run. Several within a short time are one message.",
  },
  {
    name: "notices",
    label: "Notices",
    description:
      "A run far from the baseline, or a schedule that does not match the runs. The check stays up.",
  },
];

/** The events that a route is about. */
function NotifyOnFields() {
  const form = useRouteFormContext();
  const { changes, failures, runs, notices } = form.values.notifyOn;
  return (
    <Fieldset legend="Notify on">
      <Stack gap="sm">
        {CHOICES.map(({ name, label, description }) => (
          <Checkbox
            key={name}
            label={label}
            description={description}
            {...form.getInputProps(`notifyOn.${name}`, { type: "checkbox" })}
          />
        ))}
        {typeof form.errors["notifyOn"] === "string" && (
          <Text size="sm" c="red" role="alert">
            {form.errors["notifyOn"]}
          </Text>
        )}
        {(failures || runs || notices) && (
          <Text size="sm" c="dimmed">
            {changes ? "Everything except down and up" : "This"} goes to the first step only, immediately.
          </Text>
        )}
      </Stack>
    </Fieldset>
  );
}
