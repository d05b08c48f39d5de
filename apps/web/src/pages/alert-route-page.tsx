import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { notFound, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { REASONS, SEVERITIES } from "@overdue/core";
import { Fieldset, Stack, Text, TextInput } from "@mantine/core";
import { checksQuery } from "../checks/check-queries.ts";
import { collectTags } from "../checks/list-choices.ts";
import { ConflictAlert } from "../conflicts/conflict.tsx";
import { useItemEdit } from "../conflicts/use-edit.ts";
import {
  newRouteValues,
  type RouteDraft,
  routeValues,
  routeDraft,
  routeField,
  RouteFormProvider,
  type RouteValues,
  useRouteForm,
  useRouteFormContext,
} from "../alert-routes/route-values.ts";
import { routeFacts, type Names, REASON_TITLES } from "../alert-routes/route-text.ts";
import { routesQuery, type RouteView, useSaveRoute } from "../alert-routes/route-queries.ts";
import { MONTH_SECONDS } from "../time/duration.ts";
import { browserZone } from "../time/zones.ts";
import { ManagedNote } from "../ui/status-label.tsx";
import { BackArrow, Page, TextLink } from "../ui/page.tsx";
import { useNames } from "./use-names.ts";
import { Checkbox } from "../ui/checkbox.tsx";
import { Card } from "../ui/card.tsx";
import { FormButtons, FormProblems, useFormSave } from "../ui/form.tsx";
import { SpanInput } from "../ui/span-input.tsx";
import { HoursFields, StepFields } from "../alert-routes/route-fields.tsx";
import { RouteSentence } from "../alert-routes/route-list.tsx";
import { MultiSelect, TagsInput } from "../ui/pick.tsx";

/** The form of the alert route in the address, or of a new one if the address names none. */
export function RoutePage() {
  const { projectId = "", routeId } = useParams({ strict: false });
  const { data: routes } = useSuspenseQuery(routesQuery(projectId));
  const route = routeId === undefined ? null : routes.find(({ id }) => id === routeId);
  if (route === undefined) throw notFound();
  return (
    <Page
      title={route === null ? "New route" : `Edit ${route.name}`}
      narrow
      back={
        <TextLink to="/projects/$projectId/routes" params={{ projectId }}>
          <BackArrow />
          Routes
        </TextLink>
      }
    >
      <ManagedNote managedBy={route?.managedBy ?? null} />
      <RouteEditor key={routeId} projectId={projectId} route={route} />
    </Page>
  );
}

function RouteEditor({ projectId, route }: { projectId: string; route: RouteView | null }) {
  const { mutateAsync } = useSaveRoute(projectId);
  const { data: checks = [] } = useQuery(checksQuery(projectId));
  const leave = useLeave(projectId);
  const names = useNames(projectId);
  const [blank] = useState(() => newRouteValues(browserZone()));
  const edit = useItemEdit<RouteView, RouteDraft, RouteView | null>({
    item: route,
    list: routesQuery(projectId),
    send: async (draft, edited) => {
      await mutateAsync({ edited, draft });
      await leave();
    },
  });
  return (
    <>
      <ConflictAlert edit={edit} facts={(view) => routeFacts(view, names)} />
      <RouteForm
        key={edit.base?.version}
        initial={edit.base === null ? blank : routeValues(edit.base, browserZone())}
        isNew={edit.base === null}
        names={names}
        knownTags={collectTags(checks)}
        save={edit.save}
        cancel={() => void leave()}
      />
    </>
  );
}

function useLeave(projectId: string): () => Promise<void> {
  const navigate = useNavigate();
  return () => navigate({ to: "/projects/$projectId/routes", params: { projectId }, ignoreBlocker: true });
}

type Props = {
  initial: RouteValues;
  isNew: boolean;
  names: Names;
  knownTags: readonly string[];
  save: (draft: RouteDraft) => Promise<unknown>;
  cancel: () => void;
};

/** A form that creates or edits an alert route, with a summary that is updated while a person types. */
export function RouteForm({ initial, isNew, names, knownTags, save, cancel }: Props) {
  const form = useRouteForm({ initialValues: initial });
  const { isSaving, otherProblems, submit } = useFormSave({ form, save, toField: routeField });
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
                min={300}
                max={MONTH_SECONDS}
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
          <FormProblems otherProblems={otherProblems} errors={form.errors} />
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

const NOTIFY_ON_CHOICES: readonly {
  name: keyof RouteDraft["notifyOn"];
  label: string;
  description: string;
}[] = [
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

/** The events of which a route notifies. */
function NotifyOnFields() {
  const form = useRouteFormContext();
  const { changes, failures, runs, notices } = form.values.notifyOn;
  return (
    <Fieldset legend="Notify on">
      <Stack gap="sm">
        {NOTIFY_ON_CHOICES.map(({ name, label, description }) => (
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
