import { Button } from "@mantine/core";
import type { NotificationData } from "@mantine/notifications";
import { Suspense, useSyncExternalStore } from "react";

import { errorMessage } from "../api/problem.ts";
import { lazyPart } from "./lazy-part.ts";

const LONG_MS = 12_000;

// Most visits show no message, so the code for them is loaded with the first one.
const load = () => import("@mantine/notifications");
const Notifications = lazyPart(async () => ({ default: (await load()).Notifications }));
const listeners = new Set<() => void>();
let isNeeded = false;

/** The place for messages, in the corner of the page. */
export function ToastArea() {
  const isShown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isNeeded,
  );
  return (
    <Suspense fallback={null}>{isShown && <Notifications position="bottom-right" limit={3} />}</Suspense>
  );
}

function show(message: NotificationData): void {
  isNeeded = true;
  listeners.forEach((listener) => listener());
  void load().then(({ hideNotification, showNotification }) => {
    // The library drops a message with the id of one that is still shown.
    if (message.id !== undefined) hideNotification(message.id);
    showNotification({ withBorder: true, ...message });
  });
}

/** `about`: the id of what was changed. A message replaces an earlier one about the same thing. */
type UndoOptions = { about?: string; label?: string };

/** Short messages in the corner of the page, which screen readers also read out. */
export const toast = {
  success: (message: string) => show({ message, color: "green", role: "status" }),
  error: (error: unknown) => toast.problem(errorMessage(error)),
  problem: (message: string, title = "That did not work") =>
    show({ title, message, color: "red", autoClose: LONG_MS }),
  /** For something that was saved but may not be what the person meant. */
  warning: (message: string) =>
    show({
      title: "Saved. Is it what you mean?",
      message,
      color: "yellow",
      role: "status",
      autoClose: LONG_MS,
    }),
  /** Offers to undo what was done, as long as the message is shown. */
  withUndo: (message: string, undo: () => void, { about, label = "Undo" }: UndoOptions = {}) => {
    const id = `undo ${about ?? crypto.randomUUID()}`;
    show({
      id,
      message: (
        <span>
          {message}{" "}
          <Button
            size="compact-sm"
            variant="light"
            onClick={() => {
              void load().then(({ hideNotification }) => hideNotification(id));
              undo();
            }}
          >
            {label}
          </Button>
        </span>
      ),
      autoClose: LONG_MS,
    });
  },
};

type MutationById = {
  mutate: (id: string, callbacks: { onSuccess?: () => void; onError: (error: unknown) => void }) => void;
};

/** Deletes something by its id, and offers to restore it. */
export function deleteWithUndo(
  { id, name }: { id: string; name: string },
  { remove, restore }: { remove: MutationById; restore: MutationById },
): void {
  remove.mutate(id, {
    onSuccess: () =>
      toast.withUndo(`“${name}” is deleted.`, () => restore.mutate(id, { onError: toast.error }), {
        about: id,
      }),
    onError: toast.error,
  });
}
