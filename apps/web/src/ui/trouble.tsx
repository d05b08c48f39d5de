import { Alert, Button } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";

import { sentenceOf } from "../api/problem.ts";

/** What went wrong, in the server's own sentence, and a way out. */
export function Trouble({ error, retry }: { error: unknown; retry?: () => void }) {
  return (
    <Alert color="red" icon={<IconAlertTriangle aria-hidden />} title="That did not work" role="alert">
      {sentenceOf(error)}
      {retry && (
        <Button size="compact-sm" variant="light" color="red" onClick={retry} mt="xs" display="block">
          Try again
        </Button>
      )}
    </Alert>
  );
}
