import {
  Alert,
  Button,
  Checkbox,
  Fieldset,
  Group,
  MultiSelect,
  Stack,
  TagsInput,
  Text,
  TextInput,
} from "@mantine/core";
import { useState } from "react";

import { ApiError, sentenceOf } from "../api/problem.ts";
import { Card } from "../ui/card.tsx";
import { SpanInput } from "../ui/span-input.tsx";
import { HoursFields, StepFields } from "./route-fields.tsx";
import {
  type RouteDraft,
  routeDraft,
  routeErrors,
  RouteFormProvider,
  type RouteValues,
  useRouteForm,
  useRouteFormContext,
} from "./route-values.ts";
import { type Names, REASON_TITLES } from "./route-text.ts";
import { RouteSentence } from "./route-list.tsx";

type Props = {
  initial: RouteValues;
  isNew: boolean;
  names: Names;
  knownTags: readonly string[];
  save: (draft: RouteDraft) => Promise<unknown>;
  cancel: () => void;
};

/** Makes or edits a route; what it means is read back below while it is typed. */
export function RouteForm({ initial, isNew, names, knownTags, save, cancel }: Props) {
  const form = useRouteForm({ initialValues: initial });
  const [rest, setRest] = useState<string[]>([]);
  const [saving, setSaving] = useState(false);
  const submit = async (values: RouteValues) => {
    setSaving(true);
    setRest([]);
    await save(routeDraft(values)).catch((error: unknown) => {
      const placed = routeErrors(error instanceof ApiError ? error.errors : []);
      const nothing = Object.keys(placed.fields).length === 0 && placed.rest.length === 0;
      form.setErrors(placed.fields);
      setRest(nothing ? [sentenceOf(error)] : placed.rest);
    });
    setSaving(false);
  };
  return (
    <RouteFormProvider form={form}>
      <form onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
        <Stack gap="md">
          <Card title="Of what">
            <Stack>
              <MatchFields names={names} knownTags={knownTags} />
              <HearsFields />
            </Stack>
          </Card>
          <Card title="Whom, and when">
            <StepFields names={names} />
          </Card>
          <Card title="How often, in which hours">
            <Stack>
              <SpanInput
                label="Repeat every"
                description="“Still down”, until somebody acknowledges or it recovers. Empty: once is enough."
                placeholder="never"
                {...form.getInputProps("repeat")}
              />
              <HoursFields names={names} />
              <Checkbox
                label="Tell of recovery"
                description="Whoever heard that it is down also hears when it is up again."
                {...form.getInputProps("recovery", { type: "checkbox" })}
              />
            </Stack>
          </Card>
          <Card title="Read back">
            <RouteSentence route={routeDraft(form.values)} names={names} />
          </Card>
          <Problems rest={rest} count={Object.keys(form.errors).length} />
          <Group>
            <Button type="submit" loading={saving}>
              {isNew ? "Make the route" : "Save"}
            </Button>
            <Button variant="default" onClick={cancel}>
              Cancel
            </Button>
          </Group>
        </Stack>
      </form>
    </RouteFormProvider>
  );
}

const REASONS = Object.entries(REASON_TITLES).map(([value, label]) => ({ value, label }));
const SEVERITIES = ["info", "warning", "critical"];

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
      <Fieldset legend="Only these (what is empty does not narrow)">
        <Stack>
          <TagsInput
            label="Tags"
            description="A check with any of them."
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
            data={REASONS}
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

function Problems({ rest, count }: { rest: readonly string[]; count: number }) {
  if (rest.length === 0 && count === 0) return null;
  return (
    <Alert color="red" role="alert" title={count > 0 ? "Some fields need another look" : "That did not work"}>
      {rest.length > 0 ? rest.join(" ") : "Each says what it needs."}
    </Alert>
  );
}

const CHOICES: readonly { name: keyof RouteDraft["hears"]; label: string; description: string }[] = [
  { name: "changes", label: "Down and up", description: "When its status changes: what all steps are for." },
  {
    name: "failures",
    label: "Every failure",
    description: "Each run that fails, also while it is down already.",
  },
  {
    name: "runs",
    label: "Every run, good or bad",
    description: "One quiet line when it ran. Many that come close together are one message.",
  },
  {
    name: "notices",
    label: "Notices",
    description: "A run slower or quicker than usual, a schedule that does not fit. Nothing is down for it.",
  },
];

/** What a route tells of. */
function HearsFields() {
  const form = useRouteFormContext();
  const { changes, failures, runs, notices } = form.values.hears;
  return (
    <Fieldset legend="Tell of">
      <Stack gap="sm">
        {CHOICES.map(({ name, label, description }) => (
          <Checkbox
            key={name}
            label={label}
            description={description}
            {...form.getInputProps(`hears.${name}`, { type: "checkbox" })}
          />
        ))}
        {typeof form.errors["hears"] === "string" && (
          <Text size="sm" c="red" role="alert">
            {form.errors["hears"]}
          </Text>
        )}
        {(failures || runs || notices) && (
          <Text size="sm" c="dimmed">
            {changes ? "All but down and up" : "This"} is told at once to the first step alone.
          </Text>
        )}
      </Stack>
    </Fieldset>
  );
}
