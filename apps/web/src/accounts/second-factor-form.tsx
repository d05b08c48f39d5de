import { Anchor, Button, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";

import { errorMessage } from "../api/problem.ts";
import type { SecondFactor } from "./sign-in-queries.ts";

type Props = {
  submitLabel: string;
  isPending: boolean;
  error: unknown;
  onSubmit: (factor: SecondFactor) => void;
};

/** Asks for the code of the authenticator app, or in its place for a recovery code. */
export function SecondFactorForm({ submitLabel, isPending, error, onSubmit }: Props) {
  const [isRecovery, setRecovery] = useState(false);
  const form = useForm({ initialValues: { text: "" } });
  const submit = ({ text }: { text: string }) =>
    onSubmit(isRecovery ? { recoveryCode: text } : { code: text });
  const change = () => {
    setRecovery(!isRecovery);
    form.reset();
  };
  return (
    <form onSubmit={form.onSubmit(submit)}>
      <Stack>
        <TextInput
          key={String(isRecovery)}
          label={isRecovery ? "Recovery code" : "Code of your authenticator app"}
          description={isRecovery ? "One of the ten codes that you stored; it works once." : "Six digits."}
          autoComplete={isRecovery ? "off" : "one-time-code"}
          inputMode={isRecovery ? "text" : "numeric"}
          maxLength={isRecovery ? 40 : 7}
          required
          data-autofocus
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- the page asks for nothing else
          autoFocus
          {...form.getInputProps("text")}
          error={error === null ? null : errorMessage(error).replace(/^(?:Code|Recovery code): /, "")}
        />
        <Button type="submit" loading={isPending}>
          {submitLabel}
        </Button>
        <Text size="sm">
          <Anchor component="button" type="button" onClick={change}>
            {isRecovery ? "Use the authenticator app" : "Use a recovery code instead"}
          </Anchor>
        </Text>
      </Stack>
    </form>
  );
}
