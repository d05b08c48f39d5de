import type { DueDelivery } from "@overdue/db";

/** How many deliveries are under way, in all and of each project. */
export type Places = {
  inAll(): number;
  ofProject(projectId: string): number;
  take(due: DueDelivery): void;
  leave(due: DueDelivery): void;
  close(): void;
};

/**
 * A delivery that takes longer than `slowAfterMs` gives its place back, and `onFree` is called: a mail server that takes
 * minutes to answer must not keep a project's other channels waiting. Its own channel counts it by itself.
 */
export function openPlaces(slowAfterMs: number, onFree: () => void): Places {
  const taken = new Map<string, NodeJS.Timeout>();
  const perProject = new Map<string, number>();
  const leave = ({ deliveryId, projectId }: DueDelivery) => {
    const timer = taken.get(deliveryId);
    if (timer === undefined) return;
    clearTimeout(timer);
    taken.delete(deliveryId);
    const left = (perProject.get(projectId) ?? 0) - 1;
    if (left > 0) perProject.set(projectId, left);
    else perProject.delete(projectId);
  };
  return {
    inAll: () => taken.size,
    ofProject: (projectId) => perProject.get(projectId) ?? 0,
    take: (due) => {
      const timer = setTimeout(() => {
        leave(due);
        onFree();
      }, slowAfterMs);
      taken.set(due.deliveryId, timer.unref());
      perProject.set(due.projectId, (perProject.get(due.projectId) ?? 0) + 1);
    },
    leave,
    close: () => {
      for (const timer of taken.values()) clearTimeout(timer);
    },
  };
}
