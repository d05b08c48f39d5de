import { Button } from "@mantine/core";
import { hideNotification, showNotification } from "@mantine/notifications";

import { errorMessage } from "../api/problem.ts";

const LONG_MS = 12_000;

/** Short messages in the corner of the page, which screen readers read out too. */
export const toast = {
  success: (message: string) => {
    showNotification({ message, color: "green", withBorder: true, role: "status" });
  },
  error: (error: unknown) => {
    showNotification({
      title: "That did not work",
      message: errorMessage(error),
      color: "red",
      withBorder: true,
      autoClose: LONG_MS,
    });
  },
  /** Offers to undo what was done, for as long as the message stands. */
  withUndo: (message: string, undo: () => void) => {
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
      autoClose: LONG_MS,
    });
  },
};

type ById = {
  mutate: (id: string, callbacks: { onSuccess?: () => void; onError: (error: unknown) => void }) => void;
};

/** Deletes something by its id, and offers to restore it. */
export function deleteWithUndo(
  { id, name }: { id: string; name: string },
  { remove, restore }: { remove: ById; restore: ById },
): void {
  remove.mutate(id, {
    onSuccess: () =>
      toast.withUndo(`“${name}” is deleted.`, () => restore.mutate(id, { onError: toast.error })),
    onError: toast.error,
  });
}
