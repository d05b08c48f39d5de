import type { CheckView } from "../checks/check-queries.ts";
import { checkFacts } from "../checks/check-text.ts";
import { type Conflict, ConflictAlert } from "../conflicts/conflict.tsx";
import { useNames } from "./use-names.ts";

type Props = { projectId: string; edit: Conflict<CheckView> };

/** Shows what somebody else changed about the check meanwhile. */
// oxlint-disable-next-line import/no-default-export -- `React.lazy` needs a default export
export default function CheckConflict({ projectId, edit }: Props) {
  const names = useNames(projectId);
  return <ConflictAlert edit={edit} facts={(view) => checkFacts(view, names)} />;
}
