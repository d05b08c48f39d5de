import { Alert, Button, Stack } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";

import { CodeBlock } from "../ui/code-block.tsx";

type Props = { secrets: Record<string, string>; done: () => void };

/** What the server made for the person, and will never show again. */
export function ShownOnce({ secrets, done }: Props) {
  return (
    <Alert icon={<IconKey aria-hidden />} title="Keep this: it is not shown again" color="indigo">
      <Stack>
        {Object.entries(secrets).map(([name, value]) => (
          <div key={name}>
            <p>{name === "secret" ? "The secret with which its calls are signed:" : `${name}:`}</p>
            <CodeBlock code={value} what={name} />
          </div>
        ))}
        <div>
          <Button onClick={done}>I have kept it</Button>
        </div>
      </Stack>
    </Alert>
  );
}
