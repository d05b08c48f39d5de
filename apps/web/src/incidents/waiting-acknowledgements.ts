import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";

import { meQuery } from "../accounts/account-queries.ts";
import { ApiError } from "../api/problem.ts";
import { toast } from "../ui/toast.tsx";
import { acknowledgeIncident, incidentsKey } from "./incident-queries.ts";

/** An acknowledgement that a person gave while the server could not be reached. `at`: when, ISO 8601. */
export type WaitingAcknowledgement = { projectId: string; incidentId: string; userId: string; at: string };

// Stored beyond the tab's life, since a person would notice a lost acknowledgement only when the next alert wakes them.
const KEY = "overdue-waiting-acknowledgements";
const RETRY_MS = 3_000;
const NONE: readonly WaitingAcknowledgement[] = [];
const listeners = new Set<() => void>();
let known: readonly WaitingAcknowledgement[] | undefined;

function waiting(): readonly WaitingAcknowledgement[] {
  known ??= readStored();
  return known;
}

function readStored(): readonly WaitingAcknowledgement[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(stored) ? stored : NONE;
  } catch {
    return NONE;
  }
}

function store(next: readonly WaitingAcknowledgement[]): void {
  known = next;
  localStorage.setItem(KEY, JSON.stringify(next));
  listeners.forEach((changed) => changed());
}

/** Stores an acknowledgement until it can be sent. */
export function keepAcknowledgement(one: WaitingAcknowledgement): void {
  store([...waiting().filter(({ incidentId }) => incidentId !== one.incidentId), one]);
}

export function forgetAcknowledgement(incidentId: string): void {
  store(waiting().filter((one) => one.incidentId !== incidentId));
}

function useWaiting(): readonly WaitingAcknowledgement[] {
  return useSyncExternalStore(subscribe, waiting);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The acknowledgement of an incident that waits to be sent; undefined if none does. */
export function useWaitingAcknowledgement(incidentId: string): WaitingAcknowledgement | undefined {
  return useWaiting().find((one) => one.incidentId === incidentId);
}

/** Sends the signed-in person's waiting acknowledgements as soon as the server can be reached, and nobody else's. */
export function useSendWaitingAcknowledgements(): void {
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
    const timer = setInterval(send, RETRY_MS);
    window.addEventListener("online", send);
    return () => {
      clearInterval(timer);
      window.removeEventListener("online", send);
    };
  }, [hasSome, me?.user.id, client]);
}

/** Returns the id of the project if it was sent, otherwise null. One that the server refuses is not tried again. */
async function sendOne({ projectId, incidentId }: WaitingAcknowledgement): Promise<string | null> {
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
