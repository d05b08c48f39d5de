import { Suspense } from "react";
import { Group, NativeSelect, PasswordInput, Radio, Stack, Switch, TextInput } from "@mantine/core";
import { TextArea } from "../ui/text-area.tsx";
import { TimezoneSelect } from "../ui/pick.tsx";
import { useForm, type UseFormReturnType } from "@mantine/form";

import { Card } from "../ui/card.tsx";
import { FormButtons, FormProblems, useFormSave } from "../ui/form.tsx";
import { EntriesField } from "./entries-field.tsx";
import type { StatusPageDraft } from "./status-page-queries.ts";
import { type PageCheck, proposeSlug, statusPageDraft, type StatusPageValues } from "./status-page-values.ts";
import styles from "./status-pages.module.css";
import { lazyPart } from "../ui/lazy-part.ts";

const PagePreview = lazyPart(async () => ({ default: (await import("./page-preview.tsx")).PagePreview }));

type Props = {
  initial: StatusPageValues;
  isNew: boolean;
  hasPassword: boolean;
  checks: readonly PageCheck[];
  save: (draft: StatusPageDraft) => Promise<unknown>;
  cancel: () => void;
};

const FIELDS = [
  "name",
  "slug",
  "description",
  "host",
  "password",
  "visibility",
  "timezone",
  "theme",
  "showsIncidents",
];

/** The form's field for a path of the API; null if it has none. The fields of entries have the API's paths. */
function toField(path: string): string | null {
  if (path.startsWith("entries.")) return path;
  return FIELDS.includes(path) ? path : null;
}

/** A form that creates or edits a status page, with a preview beside it. */
export function StatusPageForm({ initial, isNew, hasPassword, checks, save, cancel }: Props) {
  const form = useForm({ initialValues: initial });
  const { isSaving, otherProblems, submit } = useFormSave({ form, save, toField });
  return (
    <div className={styles["editor"]}>
      <Card>
        <form onSubmit={form.onSubmit((values) => void submit(statusPageDraft(values)))} noValidate>
          <Stack>
            <NameFields form={form} isNew={isNew} />
            <EntriesField
              entries={form.values.entries}
              checks={checks}
              errors={form.errors}
              change={(entries) => {
                form.clearErrors();
                form.setFieldValue("entries", entries);
              }}
            />
            <AudienceFields form={form} hasPassword={hasPassword} />
            <FormProblems otherProblems={otherProblems} errors={form.errors} />
            <FormButtons submitLabel={isNew ? "Create page" : "Save"} isSaving={isSaving} cancel={cancel} />
          </Stack>
        </form>
      </Card>
      <div className={styles["beside"]}>
        <Card title="Preview">
          <Suspense fallback={null}>
            <PagePreview values={form.values} checks={checks} />
          </Suspense>
        </Card>
      </div>
    </div>
  );
}

type Form = UseFormReturnType<StatusPageValues>;

function NameFields({ form, isNew }: { form: Form; isNew: boolean }) {
  const { name, slug } = form.values;
  return (
    <>
      <TextInput
        label="Name"
        placeholder="Status of our jobs"
        maxLength={100}
        required
        {...form.getInputProps("name")}
        onChange={({ currentTarget }) => {
          form.setFieldValue("name", currentTarget.value);
          // The address of a new page follows the name until the person types another address.
          if (isNew && slug === proposeSlug(name))
            form.setFieldValue("slug", proposeSlug(currentTarget.value));
        }}
      />
      <TextInput
        label="Address"
        description={`${globalThis.location.origin}/status/${slug || "…"}`}
        maxLength={60}
        spellCheck={false}
        required
        {...form.getInputProps("slug")}
      />
      <TextArea
        label="Description"
        placeholder="What these jobs do, and whom to ask"
        rows={2}
        maxLength={1_000}
        {...form.getInputProps("description")}
      />
    </>
  );
}

function AudienceFields({ form, hasPassword }: { form: Form; hasPassword: boolean }) {
  return (
    <>
      <Radio.Group label="Who may see it" {...form.getInputProps("visibility")}>
        <Group mt={6}>
          <Radio value="public" label="Everybody" />
          <Radio value="password" label="Those who know the password" />
        </Group>
      </Radio.Group>
      {form.values.visibility === "password" && (
        <PasswordInput
          label="Password"
          description={
            hasPassword
              ? "Leave it empty to keep the present one. A new one signs everybody out."
              : "At least 8 characters. Feeds and the widget ask for it too."
          }
          autoComplete="new-password"
          maxLength={128}
          required={!hasPassword}
          {...form.getInputProps("password")}
        />
      )}
      <Switch
        label="Incidents of these checks appear by themselves"
        description="Without their reason. Switched off, the page lists only what somebody writes."
        {...form.getInputProps("showsIncidents", { type: "checkbox" })}
      />
      <Group align="flex-start" grow>
        <TimezoneSelect
          description="For the days and times on it"
          required
          {...form.getInputProps("timezone")}
        />
        <NativeSelect
          label="Colours"
          description="For visitors"
          data={[
            { value: "auto", label: "As their device" },
            { value: "light", label: "Light" },
            { value: "dark", label: "Dark" },
          ]}
          {...form.getInputProps("theme")}
        />
      </Group>
      <TextInput
        label="Own host name"
        description="Point it at this server, through a proxy that has a certificate for it. It then shows this page and nothing else."
        placeholder="status.example.org"
        spellCheck={false}
        {...form.getInputProps("host")}
      />
    </>
  );
}
