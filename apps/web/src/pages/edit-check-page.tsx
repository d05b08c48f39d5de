import { useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";

import { channelsQuery } from "../channels/channel-queries.ts";
import { checkName } from "../checks/check-name.ts";
import { checkFacts } from "../checks/check-facts.ts";
import {
  type CheckInput,
  checkQuery,
  checksQuery,
  type CheckView,
  useEditCheck,
} from "../checks/check-queries.ts";
import { tagsOf } from "../checks/check-selection.ts";
import { CheckForm } from "../checks/form/check-form.tsx";
import { valuesOf } from "../checks/form/check-form-values.ts";
import { Conflict } from "../edits/conflict.tsx";
import { useEdit } from "../edits/use-edit.ts";
import { browserZone } from "../time/zoned.ts";
import { ManagedNote } from "../ui/managed-mark.tsx";
import { BackArrow, Page, TextLink } from "../ui/page.tsx";
import { useNames } from "./use-names.ts";

export function EditCheckPage() {
  const ref = useParams({ from: "/signed-in/projects/$projectId/checks/$checkId/edit" });
  const navigate = useNavigate();
  const { data: check } = useSuspenseQuery(checkQuery(ref));
  const { data: channels } = useSuspenseQuery(channelsQuery(ref.projectId));
  const { data: checks } = useQuery(checksQuery(ref.projectId));
  const client = useQueryClient();
  const { mutateAsync } = useEditCheck(ref);
  const leave = () => navigate({ to: "/projects/$projectId/checks/$checkId", params: ref });
  const edit = useEdit<CheckView, CheckInput>({
    now: check,
    read: () => client.fetchQuery({ ...checkQuery(ref), staleTime: 0 }),
    send: async (patch, version) => {
      await mutateAsync({ patch, version });
      await leave();
    },
  });
  const names = useNames(ref.projectId);
  return (
    <Page
      title={`Edit ${checkName(check)}`}
      back={
        <TextLink to="/projects/$projectId/checks/$checkId" params={ref}>
          <BackArrow />
          {checkName(check)}
        </TextLink>
      }
    >
      <ManagedNote managedBy={check.managedBy} />
      <Conflict edit={edit} facts={(view) => checkFacts(view, names)} />
      <CheckForm
        key={edit.seen.version}
        projectId={ref.projectId}
        initial={valuesOf(edit.seen, browserZone())}
        isNew={false}
        channels={channels}
        knownTags={tagsOf(checks ?? [])}
        others={
          new Map(
            (checks ?? []).filter(({ id }) => id !== ref.checkId).map((one) => [one.id, checkName(one)]),
          )
        }
        save={edit.save}
        cancel={() => void leave()}
      />
    </Page>
  );
}
