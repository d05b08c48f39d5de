import { ActionIcon } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";

import { DeleteMenu, EditLink } from "../ui/item-actions.tsx";
import { moveItem } from "../ui/move-item.ts";
import { ManagedLabel } from "../ui/status-label.tsx";
import { EditorsOnly } from "../ui/role.tsx";
import type { RouteDraft } from "./route-values.ts";
import styles from "./alert-routes.module.css";
import { type Names, routeText, STEPS_IN_A_SENTENCE_MAX } from "./route-text.ts";

type ListedRoute = RouteDraft & { id: string; managedBy: string | null };
type Props = {
  projectId: string;
  routes: readonly ListedRoute[];
  names: Names;
  /** Called with the ids of all routes in their new order. */
  reorder: (ids: string[]) => void;
  remove: (route: ListedRoute) => void;
};

/** The alert routes of a project, each with a summary in sentences. */
export function RouteList({ projectId, routes, names, reorder, remove }: Props) {
  const ids = routes.map(({ id }) => id);

  return (
    <ol className={styles["list"]}>
      {routes.map((route, index) => (
        <li key={route.id} className={styles["route"]}>
          <EditorsOnly>
            <div className={styles["order"]}>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Move ${route.name} up`}
                disabled={index === 0}
                onClick={() => reorder(moveItem(ids, index, -1))}
              >
                <IconArrowUp size={17} />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Move ${route.name} down`}
                disabled={index === routes.length - 1}
                onClick={() => reorder(moveItem(ids, index, 1))}
              >
                <IconArrowDown size={17} />
              </ActionIcon>
            </div>
          </EditorsOnly>
          <div className={styles["words"]}>
            <h2 className={styles["name"]}>{route.name}</h2>
            <ManagedLabel managedBy={route.managedBy} />
            <RouteSentence route={route} names={names} />
          </div>
          <EditorsOnly>
            <div className={styles["actions"]}>
              <EditLink name={route.name} to={`/projects/${projectId}/routes/${route.id}`} />
              <DeleteMenu name={route.name} remove={() => remove(route)} />
            </div>
          </EditorsOnly>
        </li>
      ))}
    </ol>
  );
}

/** A route in sentences; a route with many steps has a line for each. */
export function RouteSentence({ route, names }: { route: RouteDraft; names: Names }) {
  const sentences = routeText(route, names);
  if (route.steps.length <= STEPS_IN_A_SENTENCE_MAX)
    return <p className={styles["sentence"]}>{sentences.join(" ")}</p>;
  return (
    <ul className={styles["lines"]}>
      {sentences.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  );
}
