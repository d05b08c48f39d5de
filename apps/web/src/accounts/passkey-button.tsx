import { Button, Text } from "@mantine/core";
import { IconFingerprint } from "@tabler/icons-react";

import { passkeyProblem } from "./passkeys.ts";

type Props = { label: string; isPending: boolean; error: unknown; onClick: () => void };

/** Lets the browser ask for a passkey. What went wrong is said below the button. */
export function PasskeyButton({ label, isPending, error, onClick }: Props) {
  return (
    <div>
      <Button
        variant="default"
        fullWidth
        leftSection={<IconFingerprint size={18} aria-hidden />}
        loading={isPending}
        onClick={onClick}
      >
        {label}
      </Button>
      {error !== null && (
        <Text c="red" size="sm" role="alert" mt={4}>
          {passkeyProblem(error)}
        </Text>
      )}
    </div>
  );
}
