import { Button, Stack } from "@mantine/core";
import { useState } from "react";
import { TextArea } from "../ui/text-area.tsx";

const NOTE_CHARS_MAX = 2_000;

/** A note for the next person who looks at the incident. */
// oxlint-disable-next-line import/no-default-export -- `React.lazy` needs a default export
export default function NoteForm({ add }: { add: (text: string) => void }) {
  const [text, setText] = useState("");
  return (
    <Stack gap="xs">
      <TextArea
        label="Note"
        placeholder="What you found, what you did"
        rows={3}
        maxLength={NOTE_CHARS_MAX}
        data-autofocus
        ref={(field) => field?.focus()}
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
      />
      <Button size="compact-md" onClick={() => add(text)} disabled={text.trim() === ""}>
        Add note
      </Button>
    </Stack>
  );
}
