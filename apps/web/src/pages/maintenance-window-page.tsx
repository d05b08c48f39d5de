import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { notFound, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { Group, Radio, Stack, TextInput } from "@mantine/core";
import { useForm, type UseFormReturnType } from "@mantine/form";
import { WEEKDAY_NAMES } from "@overdue/schedules";
import { checksQuery } from "../checks/check-queries.ts";
import { collectTags } from "../checks/list-choices.ts";
import { ConflictAlert } from "../conflicts/conflict.tsx";
import { useItemEdit } from "../conflicts/use-edit.ts";
import { useSaveWindow, windowsQuery, type WindowView } from "../maintenance/maintenance-queries.ts";
import { windowFacts, ruleText } from "../maintenance/window-text.ts";
import {
  newWindowValues,
  type WindowDraft,
  windowValues,
  windowDraft,
  windowField,
  windowProblem,
  type WindowValues,
} from "../maintenance/window-values.ts";
import { serverNow } from "../time/clock.ts";
import { WEEK_SECONDS } from "../time/duration.ts";
import { browserZone } from "../time/zones.ts";
import { Card } from "../ui/card.tsx";
import { BackArrow, Page, TextLink } from "../ui/page.tsx";
import { useNames } from "./use-names.ts";
import { Checkbox, CheckboxGroup } from "../ui/checkbox.tsx";
import { FormButtons, FormProblems, useFormSave } from "../ui/form.tsx";
import { SpanInput } from "../ui/span-input.tsx";
import { TimezoneSelect, MultiSelect, TagsInput } from "../ui/pick.tsx";
import { Segments } from "../ui/segments.tsx";

/** The form of the maintenance window in the address, or of a new one if the address names none. */
export function WindowPage() {
  const { projectId = "", windowId } = useParams({ strict: false });
  const { data: windows } = useSuspenseQuery(windowsQuery(projectId));
  const window = windowId === undefined ? null : windows.find(({ id }) => id === windowId);
  if (window === undefined) throw notFound();
  return (
    <Page
      title={window === null ? "New maintenance window" : `Edit ${window.name}`}
      narrow
      back={
        <TextLink to="/projects/$projectId/maintenance" params={{ projectId }}>
          <BackArrow />
          Maintenance
        </TextLink>
      }
    >
      <WindowEditor key={windowId} projectId={projectId} window={window} />
    </Page>
  );
}

function WindowEditor({ projectId, window }: { projectId: string; window: WindowView | null }) {
  const { mutateAsync } = useSaveWindow(projectId);
  const leave = useLeave(projectId);
  const { checks } = useNames(projectId);
  const { data: known = [] } = useQuery(checksQuery(projectId));
  const [now] = useState(serverNow);
  const edit = useItemEdit<WindowView, WindowDraft, WindowView | null>({
    item: window,
    list: windowsQuery(projectId),
    send: async (draft, edited) => {
      await mutateAsync({ edited, draft });
      await leave();
    },
  });
  const { base } = edit;
  return (
    <>
      <ConflictAlert edit={edit} facts={(view) => windowFacts(view, checks, browserZone())} />
      <Card>
        <WindowForm
          key={base?.version}
          initial={
            base === null ? newWindowValues(browserZone(), now) : windowValues(base, browserZone(), now)
          }
          isNew={base === null}
          checks={checks}
          knownTags={collectTags(known)}
          save={edit.save}
          cancel={() => void leave()}
        />
      </Card>
    </>
  );
}

function useLeave(projectId: string): () => Promise<void> {
  const navigate = useNavigate();
  return () =>
    navigate({ to: "/projects/$projectId/maintenance", params: { projectId }, ignoreBlocker: true });
}

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

/** A form that creates or edits a maintenance window. */
export function WindowForm({ initial, isNew, checks, knownTags, save, cancel }: Props) {
  const form = useForm({ initialValues: initial });
  const { isSaving, otherProblems, submit } = useFormSave({
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
        <FormProblems otherProblems={otherProblems} errors={form.errors} />
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
            <TextInput
              type="datetime-local"
              label="Until"
              description="At most 31 days later."
              inputWrapperOrder={["label", "input", "description", "error"]}
              required
              {...form.getInputProps("until")}
            />
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
        {kind !== "once" && (
          <SpanInput label="Lasts" required min={60} max={WEEK_SECONDS} {...form.getInputProps("length")} />
        )}
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
  const problem = windowProblem(values);
  const { rule } = windowDraft(values);
  return (
    <p style={{ margin: 0 }} data-problem={problem !== null || undefined}>
      {problem ??
        `${ruleText(rule, values.timezone)}: deadlines in this window are excluded, and nobody is notified.`}
    </p>
  );
}

function toKind(text: string): WindowValues["kind"] {
  return text === "weekly" || text === "cron" ? text : "once";
}
