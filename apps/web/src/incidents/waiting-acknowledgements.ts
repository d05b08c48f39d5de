import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";

import { meQuery } from "../accounts/account-queries.ts";
import { ApiError } from "../api/problem.ts";
import { toast } from "../ui/toast.tsx";
import { acknowledgeIncident, incidentsKey } from "./incident-queries.ts";

/** An acknowledgement that was pressed while the server could not be reached. `at`: when, ISO 8601. */
export type Waiting = { projectId: string; incidentId: string; userId: string; at: string };

// It outlasts the tab, since nobody notices that an acknowledgement was lost until they are woken again.
const KEY = "overdue-waiting-acknowledgements";
const TRY_MS = 3_000;
const NONE: readonly Waiting[] = [];
const listeners = new Set<() => void>();
let known: readonly Waiting[] | undefined;

function waiting(): readonly Waiting[] {
  known ??= readStored();
  return known;
}

function readStored(): readonly Waiting[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(stored) ? stored : NONE;
  } catch {
    return NONE;
  }
}

function store(next: readonly Waiting[]): void {
  known = next;
  localStorage.setItem(KEY, JSON.stringify(next));
  listeners.forEach((changed) => changed());
}

/** Keeps an acknowledgement until it can be sent. */
export function keepAcknowledgement(one: Waiting): void {
  store([...waiting().filter(({ incidentId }) => incidentId !== one.incidentId), one]);
}

export function forgetAcknowledgement(incidentId: string): void {
  store(waiting().filter((one) => one.incidentId !== incidentId));
}

function useWaiting(): readonly Waiting[] {
  return useSyncExternalStore(subscribe, waiting);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The acknowledgement of an incident that waits to be sent; undefined where none does. */
export function useWaitingAcknowledgement(incidentId: string): Waiting | undefined {
  return useWaiting().find((one) => one.incidentId === incidentId);
}

/** Sends what waits, as soon as the server can be reached, for the person who pressed it and nobody else. */
export function useSendWaiting(): void {
  const client = useQueryClient();
  const { data: me } = useQuery(meQuery);
  const mine = useWaiting().filter(({ userId }) => userId === me?.user.id);
  const hasSome = mine.length > 0;
  useEffect(() => {
    if (!hasSome) return;
    const send = () =>
      void Promise.all(
        waiting()
          .filter(({ userId }) => userId === me?.user.id)
          .map(sendOne),
      ).then((projects) => {
        const sent = projects.filter((projectId) => projectId !== null);
        if (sent.length > 0) toast.success("Your acknowledgement was sent.");
        for (const projectId of sent) void client.invalidateQueries({ queryKey: incidentsKey(projectId) });
      });
    const timer = setInterval(send, TRY_MS);
    window.addEventListener("online", send);
    return () => {
      clearInterval(timer);
      window.removeEventListener("online", send);
    };
  }, [hasSome, me?.user.id, client]);
}

/** Returns the project where it was sent, or null. What the server refuses waits no longer. */
async function sendOne({ projectId, incidentId }: Waiting): Promise<string | null> {
  try {
    await acknowledgeIncident({ projectId, incidentId });
  } catch (error) {
    if (!(error instanceof ApiError) || error.status >= 500) return null;
    toast.error(error);
    forgetAcknowledgement(incidentId);
    return null;
  }
  forgetAcknowledgement(incidentId);
  return projectId;
}
