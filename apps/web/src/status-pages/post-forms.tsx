import { NativeSelect, Stack, TextInput } from "@mantine/core";
import { TextArea } from "../ui/text-area.tsx";
import { MultiSelect } from "../ui/pick.tsx";
import { useForm } from "@mantine/form";

import { fieldAmong, FormButtons, FormProblems, useFormSave } from "../ui/form.tsx";
import type { StatusPostDraft, StatusUpdateDraft } from "./status-page-queries.ts";

type State = StatusUpdateDraft["state"];

export const STATE_TEXT: Record<State, string> = {
  investigating: "Investigating",
  identified: "Identified",
  monitoring: "Monitoring",
  resolved: "Resolved",
  notice: "Announcement",
};
const INCIDENT_STATES: readonly State[] = ["investigating", "identified", "monitoring", "resolved"];

const stateOptions = (states: readonly State[]) =>
  states.map((value) => ({ value, label: STATE_TEXT[value] }));

type PostProps = {
  initial: Pick<StatusPostDraft, "title" | "checkIds" | "incidentId">;
  /** The checks of the page, by their public names. */
  checks: readonly { checkId: string; name: string }[];
  subscribers: number;
  save: (draft: StatusPostDraft) => Promise<unknown>;
  cancel: () => void;
};

const postField = fieldAmong("title", "state", "text", "checkIds");

/** A form for an incident or an announcement that visitors of a page read. */
export function PostForm({ initial, checks, subscribers, save, cancel }: PostProps) {
  const { title, checkIds = [], incidentId = null } = initial;
  const form = useForm({
    initialValues: { title, checkIds, incidentId, state: "investigating" as State, text: "" },
  });
  const { isSaving, otherProblems, submit } = useFormSave({ form, save, toField: postField });
  return (
    <form onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
      <Stack>
        <TextInput
          label="Title"
          placeholder="Backups are late"
          maxLength={150}
          required
          {...form.getInputProps("title")}
        />
        <NativeSelect
          label="State"
          data={stateOptions([...INCIDENT_STATES, "notice"])}
          {...form.getInputProps("state")}
        />
        <TextArea
          label="What visitors should know"
          rows={3}
          maxLength={5_000}
          required
          {...form.getInputProps("text")}
        />
        <MultiSelect
          label="What it is about"
          placeholder={form.values.checkIds.length > 0 ? "" : "none"}
          data={checks.map(({ checkId, name }) => ({ value: checkId, label: name }))}
          searchable
          clearable
          {...form.getInputProps("checkIds")}
        />
        <FormProblems otherProblems={otherProblems} errors={form.errors} />
        <SendButtons isSaving={isSaving} subscribers={subscribers} cancel={cancel} />
      </Stack>
    </form>
  );
}

type UpdateProps = {
  /** The update that is corrected; left out for a new one. */
  edited?: StatusUpdateDraft;
  subscribers: number;
  isAnnouncement: boolean;
  save: (draft: StatusUpdateDraft) => Promise<unknown>;
  cancel: () => void;
};

/** A form that adds an update to a post, or corrects one. */
export function UpdateForm({ edited, subscribers, isAnnouncement, save, cancel }: UpdateProps) {
  const state: State = isAnnouncement ? "notice" : "identified";
  const form = useForm({ initialValues: edited ?? { state, text: "" } });
  const { isSaving, otherProblems, submit } = useFormSave({
    form,
    save,
    toField: fieldAmong("state", "text"),
  });
  return (
    <form onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
      <Stack>
        {!isAnnouncement && (
          <NativeSelect label="State" data={stateOptions(INCIDENT_STATES)} {...form.getInputProps("state")} />
        )}
        <TextArea
          label="What visitors should know"
          rows={2}
          maxLength={5_000}
          required
          {...form.getInputProps("text")}
        />
        <FormProblems otherProblems={otherProblems} errors={form.errors} />
        {edited === undefined ? (
          <SendButtons isSaving={isSaving} subscribers={subscribers} cancel={cancel} />
        ) : (
          <FormButtons isSaving={isSaving} submitLabel="Save" cancel={cancel} />
        )}
      </Stack>
    </form>
  );
}

type ButtonsProps = { isSaving: boolean; subscribers: number; cancel: () => void };

function SendButtons({ isSaving, subscribers, cancel }: ButtonsProps) {
  const recipients = subscribers === 1 ? "1 subscriber" : `${subscribers} subscribers`;
  const label = subscribers === 0 ? "Publish" : `Publish and mail to ${recipients}`;
  return <FormButtons isSaving={isSaving} submitLabel={label} cancel={cancel} />;
}
