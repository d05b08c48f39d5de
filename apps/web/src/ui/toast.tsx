import { Button } from "@mantine/core";
import { hideNotification, showNotification } from "@mantine/notifications";

import { sentenceOf } from "../api/problem.ts";

const UNDO_MS = 12_000;

/** Says something in the corner of the page, also to screen readers. */
export const tell = {
  done: (message: string) => {
    showNotification({ message, color: "green", withBorder: true, role: "status" });
  },
  trouble: (error: unknown) => {
    showNotification({
      title: "That did not work",
      message: sentenceOf(error),
      color: "red",
      withBorder: true,
      autoClose: UNDO_MS,
    });
  },
  /** What was done can be taken back while this stands. */
  undoable: (message: string, undo: () => void) => {
    const id = showNotification({
      message: (
        <span>
          {message}{" "}
          <Button
            size="compact-sm"
            variant="light"
            onClick={() => {
              hideNotification(id);
              undo();
            }}
          >
            Undo
          </Button>
        </span>
      ),
      withBorder: true,
      autoClose: UNDO_MS,
    });
  },
};
