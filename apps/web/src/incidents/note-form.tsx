import { Button, Popover, Stack, Textarea } from "@mantine/core";
import { IconNote } from "@tabler/icons-react";
import { useState } from "react";

const NOTE_MAX = 2_000;

/** A note for whoever looks next. */
export function NoteForm({ add }: { add: (text: string, done: () => void) => void }) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const submit = () => {
    if (text.trim() === "") return;
    add(text, () => {
      setText("");
      setOpen(false);
    });
  };
  return (
    <Popover opened={open} onChange={setOpen} width={320} trapFocus returnFocus position="bottom-start">
      <Popover.Target>
        <Button
          variant="default"
          size="compact-md"
          leftSection={<IconNote size={17} aria-hidden />}
          onClick={() => setOpen(!open)}
        >
          Note
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Add a note">
        <Stack gap="xs">
          <Textarea
            label="Note"
            placeholder="What you found, what you did"
            autosize
            minRows={3}
            maxLength={NOTE_MAX}
            value={text}
            onChange={({ currentTarget }) => setText(currentTarget.value)}
          />
          <Button size="compact-md" onClick={submit} disabled={text.trim() === ""}>
            Add the note
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
