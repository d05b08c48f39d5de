import { Button } from "@mantine/core";
import type { NotificationData } from "@mantine/notifications";
import { Suspense, useSyncExternalStore } from "react";

import { errorMessage } from "../api/problem.ts";
import { lazyPart } from "./lazy-part.ts";

const LONG_MS = 12_000;

// Most visits show no message, so its code is loaded with the first.
const load = () => import("@mantine/notifications");
const Notifications = lazyPart(async () => ({ default: (await load()).Notifications }));
const listeners = new Set<() => void>();
let isWanted = false;

/** The place of the messages, in the corner of the page. */
export function ToastArea() {
  const isShown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isWanted,
  );
  return (
    <Suspense fallback={null}>{isShown && <Notifications position="bottom-right" limit={3} />}</Suspense>
  );
}

function show(message: NotificationData): void {
  isWanted = true;
  listeners.forEach((listener) => listener());
  void load().then(({ hideNotification, showNotification }) => {
    // A second message of the same id would be dropped while the first stands.
    if (message.id !== undefined) hideNotification(message.id);
    showNotification({ withBorder: true, ...message });
  });
}

/** `about`: what was changed; a later message about the same takes the place of the earlier. */
type UndoOptions = { about?: string; label?: string };

/** Short messages in the corner of the page, which screen readers read out too. */
export const toast = {
  success: (message: string) => show({ message, color: "green", role: "status" }),
  error: (error: unknown) => toast.problem(errorMessage(error)),
  problem: (message: string, title = "That did not work") =>
    show({ title, message, color: "red", autoClose: LONG_MS }),
  /** Of something that was saved and may not be what was meant. */
  warning: (message: string) =>
    show({
      title: "Saved. Is it what you mean?",
      message,
      color: "yellow",
      role: "status",
      autoClose: LONG_MS,
    }),
  /** Offers to undo what was done, for as long as the message stands. */
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
      toast.withUndo(`“${name}” is deleted.`, () => restore.mutate(id, { onError: toast.error }), {
        about: id,
      }),
    onError: toast.error,
  });
}
