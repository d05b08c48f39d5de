import { Alert, Button } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";

import { sentenceOf } from "../api/problem.ts";

/** What went wrong, in the server's own sentence, and a way out. */
export function Trouble({ error, retry }: { error: unknown; retry?: () => void }) {
  return (
    <Alert color="red" icon={<IconAlertTriangle aria-hidden />} title="That did not work" role="alert">
      <p>{sentenceOf(error)}</p>
      {retry && (
        <Button size="xs" variant="light" color="red" onClick={retry}>
          Try again
        </Button>
      )}
    </Alert>
  );
}
