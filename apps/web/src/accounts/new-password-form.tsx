import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";

import { ApiError, fieldErrors } from "../api/problem.ts";
import { Trouble } from "../ui/listing.tsx";

type NewPassword = { name: string; password: string };

type Props = {
  submitLabel: string;
  isPending: boolean;
  error: unknown;
  /** The person is asked for a name, for an account that is made now. */
  withName?: boolean;
  onSubmit: (values: NewPassword, refused: (error: unknown) => void) => void;
};

/** Asks for a password that is chosen now; what the server says of it stands below its field. */
export function NewPasswordForm({ submitLabel, isPending, error, withName = false, onSubmit }: Props) {
  const form = useForm<NewPassword>({
    mode: "uncontrolled",
    initialValues: { name: "", password: "" },
    validate: {
      password: (text) =>
        text.length < PASSWORD_LENGTH_MIN ? `Use at least ${PASSWORD_LENGTH_MIN} characters.` : null,
    },
  });
  const refused = (cause: unknown) => {
    if (cause instanceof ApiError) form.setErrors(fieldErrors(cause.errors));
  };
  const isShownBelowField = error instanceof ApiError && error.errors.length > 0;
  return (
    <form onSubmit={form.onSubmit((values) => onSubmit(values, refused))} noValidate>
      <Stack>
        {error !== null && !isShownBelowField && <Trouble error={error} />}
        {withName && <TextInput label="Your name" autoComplete="name" {...form.getInputProps("name")} />}
        <PasswordInput
          label="New password"
          description={`At least ${PASSWORD_LENGTH_MIN} characters; long is better than complicated.`}
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

/** As the API asks for it; it refuses what is shorter. */
export const PASSWORD_LENGTH_MIN = 12;
