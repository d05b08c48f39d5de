import { Alert, Button, Group } from "@mantine/core";
import { useBlocker, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { ApiError, errorMessage, type FieldError } from "../api/problem.ts";

/** The server's sentences by the form's field; `otherProblems` are those that belong to no field of the form. */
export type FormErrors = { fields: Record<string, string>; otherProblems: string[] };

/** Assigns the API's errors to the fields where a person typed the values. `toField` returns null if there is none. */
export function placeErrors(
  errors: readonly FieldError[],
  toField: (path: string) => string | null,
): FormErrors {
  const placed = errors.map(({ field, message }) => ({ field: toField(field), message }));
  return {
    fields: Object.fromEntries(
      placed.flatMap(({ field, message }) => (field === null ? [] : [[field, message]])),
    ),
    otherProblems: placed.flatMap(({ field, message }) => (field === null ? [message] : [])),
  };
}

/** Finds the form's field for a path of the API: "channelIds.2" belongs to "channelIds". */
export function fieldAmong(...names: string[]): (path: string) => string | null {
  return (path) => names.find((name) => path === name || path.startsWith(`${name}.`)) ?? null;
}

type SaveOptions<Draft> = {
  form: { setErrors: (errors: Record<string, string>) => void; isDirty: () => boolean };
  save: (draft: Draft) => Promise<unknown>;
  /** The form's field for a path of the API, such as "schedule.expression". */
  toField: (path: string) => string | null;
  /** Set if `useDraft` keeps what is typed: then a person may leave without being asked. */
  isKept?: boolean;
};

/** Saves a form, and asks before its page is left with something typed that is not saved. What the server refuses is shown at its field, or else in `otherProblems`, for `FormProblems`. */
export function useFormSave<Draft>({ form, save, toField, isKept = false }: SaveOptions<Draft>) {
  useLeaveQuestion(() => !isKept && form.isDirty());
  const [isSaving, setSaving] = useState(false);
  const [otherProblems, setOtherProblems] = useState<string[]>([]);
  const show = ({ fields, otherProblems: others }: FormErrors) => {
    form.setErrors(fields);
    setOtherProblems(others);
  };
  const submit = async (draft: Draft) => {
    setSaving(true);
    setOtherProblems([]);
    await save(draft).catch((error: unknown) => show(readErrors(error, toField)));
    setSaving(false);
  };
  return { isSaving, otherProblems, show, submit };
}

const LEAVE_QUESTION = "Leave this page? What you typed is not saved.";

/** A page that leaves by itself, after saving or by "Cancel", navigates with `ignoreBlocker`. */
function useLeaveQuestion(isUnsaved: () => boolean): void {
  const router = useRouter();
  // A form that was left is still there while the next page loads.
  const [pathname] = useState(() => router.state.location.pathname);
  useBlocker({
    shouldBlockFn: ({ current, next }) =>
      // Another filter or tab of the same page keeps the form.
      current.pathname === pathname &&
      next.pathname !== pathname &&
      isUnsaved() &&
      !globalThis.confirm(LEAVE_QUESTION),
    enableBeforeUnload: isUnsaved,
  });
}

function readErrors(error: unknown, toField: SaveOptions<never>["toField"]): FormErrors {
  const errors = error instanceof ApiError ? error.errors : [];
  return errors.length === 0
    ? { fields: {}, otherProblems: [errorMessage(error)] }
    : placeErrors(errors, toField);
}

/** Says next to the buttons that something above needs a correction, because the field itself may be out of sight. */
export function FormProblems({
  otherProblems,
  errors,
}: {
  otherProblems: readonly string[];
  errors: object;
}) {
  const count = Object.keys(errors).length;
  if (otherProblems.length === 0 && count === 0) return null;
  return (
    <Alert color="red" role="alert" title={count > 0 ? "Some fields need a correction" : "That did not work"}>
      {otherProblems.length > 0
        ? otherProblems.join(" ")
        : "The message below each of them says what it needs."}
    </Alert>
  );
}

type ButtonsProps = { submitLabel: string; isSaving: boolean; cancel: () => void };

export function FormButtons({ submitLabel, isSaving, cancel }: ButtonsProps) {
  return (
    <Group>
      <Button type="submit" loading={isSaving}>
        {submitLabel}
      </Button>
      <Button variant="default" onClick={cancel}>
        Cancel
      </Button>
    </Group>
  );
}

/**
 * Keeps what a person typed into the form of something new while they look at another page, for as long as the tab is
 * open. Not for secrets: the browser stores it as it is.
 */
export function useDraft<Values extends object>(name: string, blank: () => Values) {
  const key = `overdue-draft-${name}`;
  const [initial] = useState(() => ({ ...blank(), ...readDraft(key) }));
  return {
    initial,
    keep: (values: Values) => sessionStorage.setItem(key, JSON.stringify(values)),
    forget: () => sessionStorage.removeItem(key),
  };
}

/** The stored draft; empty if there is none, or it cannot be read. */
function readDraft(key: string): object {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(key) ?? "{}");
    return typeof kept === "object" && kept !== null ? kept : {};
  } catch {
    return {};
  }
}
