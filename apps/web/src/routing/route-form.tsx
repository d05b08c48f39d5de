import {
  Alert,
  Button,
  Checkbox,
  Fieldset,
  Group,
  MultiSelect,
  Stack,
  TagsInput,
  TextInput,
} from "@mantine/core";
import { useState } from "react";

import { ApiError, sentenceOf } from "../api/problem.ts";
import { Card } from "../ui/card.tsx";
import { SpanInput } from "../ui/span-input.tsx";
import { HearsFields } from "./hears-fields.tsx";
import { HoursFields } from "./hours-fields.tsx";
import type { RouteDraft } from "./route.ts";
import { RouteFormProvider, useRouteForm, useRouteFormContext } from "./route-form-context.ts";
import { routeErrors } from "./route-form-errors.ts";
import { type Names, REASON_TITLES } from "./route-text.ts";
import { RouteSentence } from "./route-sentence.tsx";
import { routeDraft, type RouteValues } from "./route-values.ts";
import { StepFields } from "./step-fields.tsx";

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
