import type { CheckView } from "../checks/check-queries.ts";
import { checkFacts } from "../checks/check-text.ts";
import { type Conflict, ConflictAlert } from "../conflicts/conflict.tsx";
import { useNames } from "./use-names.ts";

type Props = { projectId: string; edit: Conflict<CheckView> };

/** What somebody else changed of the check meanwhile. */
// oxlint-disable-next-line import/no-default-export -- React loads it by itself
export default function CheckConflict({ projectId, edit }: Props) {
  const names = useNames(projectId);
  return <ConflictAlert edit={edit} facts={(view) => checkFacts(view, names)} />;
}
