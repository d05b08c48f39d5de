import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { PASSWORD_MIN_CHARS, passwordLengthProblem } from "@overdue/core";
import { ApiError, errorsByField } from "../api/problem.ts";
import { Card } from "../ui/card.tsx";
import { ErrorAlert } from "../ui/listing.tsx";
import { toast } from "../ui/toast.tsx";
import { useChangePassword } from "./account-queries.ts";

type NewPassword = { name: string; password: string };

type Props = {
  submitLabel: string;
  isPending: boolean;
  error: unknown;
  /** Also asks for a name, if the form creates an account. */
  withName?: boolean;
  /** Call `showError` with what the server refuses. */
  onSubmit: (values: NewPassword, showError: (error: unknown) => void) => void;
};

/** Asks for a new password. What the server refuses about it is shown below the field. */
export function NewPasswordForm({ submitLabel, isPending, error, withName = false, onSubmit }: Props) {
  const form = useForm<NewPassword>({
    mode: "uncontrolled",
    initialValues: { name: "", password: "" },
    validate: {
      password: passwordLengthProblem,
    },
  });
  const showError = (cause: unknown) => {
    if (cause instanceof ApiError) form.setErrors(errorsByField(cause.errors));
  };
  const isShownBelowField = error instanceof ApiError && error.errors.length > 0;
  return (
    <form onSubmit={form.onSubmit((values) => onSubmit(values, showError))} noValidate>
      <Stack>
        {error !== null && !isShownBelowField && <ErrorAlert error={error} />}
        {withName && <TextInput label="Your name" autoComplete="name" {...form.getInputProps("name")} />}
        <PasswordInput
          label="New password"
          description={`At least ${PASSWORD_MIN_CHARS} characters; a long password is better than a complicated one.`}
          autoComplete="new-password"
          required
          data-autofocus
          {...form.getInputProps("password")}
        />
        <Button type="submit" loading={isPending}>
          {submitLabel}
        </Button>
      </Stack>
    </form>
  );
}

/** Changes the password of the signed-in person, which ends every other session of the account. */
export function PasswordCard() {
  const change = useChangePassword();
  const form = useForm({
    initialValues: { currentPassword: "", newPassword: "" },
    validate: {
      newPassword: passwordLengthProblem,
    },
  });
  const submit = (values: typeof form.values) =>
    change.mutate(values, {
      onSuccess: () => {
        form.reset();
        toast.success("Your password is changed. Every other session is signed out.");
      },
    });
  return (
    <Card title="Your password">
      <form onSubmit={form.onSubmit(submit)}>
        <Stack maw={360}>
          {change.isError && <ErrorAlert error={change.error} />}
          <PasswordInput
            label="Current password"
            autoComplete="current-password"
            required
            {...form.getInputProps("currentPassword")}
          />
          <PasswordInput
            label="New password"
            description={`At least ${PASSWORD_MIN_CHARS} characters.`}
            autoComplete="new-password"
            required
            {...form.getInputProps("newPassword")}
          />
          <div>
            <Button type="submit" variant="default" loading={change.isPending}>
              Change password
            </Button>
          </div>
        </Stack>
      </form>
    </Card>
  );
}
