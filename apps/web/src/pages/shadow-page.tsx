import { Alert, Button, Group, Text } from "@mantine/core";
import { SHADOW_FACTS } from "@overdue/core/shadow";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";

import { projectQuery } from "../projects/project-queries.ts";
import { Differences } from "../shadow/differences.tsx";
import { ShadowForm } from "../shadow/shadow-form.tsx";
import {
  comparisonQuery,
  shadowQuery,
  type ShadowView,
  useResumeShadow,
  useSwitchOver,
} from "../shadow/shadow-queries.ts";
import { Card } from "../ui/card.tsx";
import { ErrorAlert } from "../ui/listing.tsx";
import { BackArrow, Page, PageSkeleton, TextLink } from "../ui/page.tsx";
import { ExactTime, RelativeTime } from "../ui/time.tsx";
import { toast } from "../ui/toast.tsx";
import { isAdmin } from "../ui/role.tsx";

/** A project's shadow mode: what it forwards where, and where the other product's verdicts differ. */
export function ShadowPage() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId/shadow" });
  const { data: shadow, error, refetch } = useQuery(shadowQuery(projectId));
  const { data: project } = useQuery(projectQuery(projectId));
  const isOwner = isAdmin(project?.role ?? null);
  return (
    <Page
      title="Shadow mode"
      lead="Before you switch another monitor off, let both watch the same jobs. Overdue forwards each ping there too, and shows where the two differ. No job waits for it."
      back={
        <TextLink to="/projects/$projectId/connect" params={{ projectId }}>
          <BackArrow />
          Connect
        </TextLink>
      }
    >
      {error && <ErrorAlert error={error} retry={() => void refetch()} />}
      {shadow === undefined || project === undefined ? (
        !error && <PageSkeleton />
      ) : (
        <>
          {shadow !== null && <State projectId={projectId} shadow={shadow} isOwner={isOwner} />}
          {shadow !== null && <Comparison projectId={projectId} shadow={shadow} />}
          <Card title={shadow === null ? "Forward pings" : "Settings"}>
            {isOwner ? (
              <ShadowForm key={shadow?.version ?? 0} projectId={projectId} shadow={shadow} />
            ) : (
              <Text>Only owners can start or change it.</Text>
            )}
          </Card>
        </>
      )}
    </Page>
  );
}

function Comparison({ projectId, shadow }: { projectId: string; shadow: ShadowView }) {
  const {
    data: comparison,
    error,
    refetch,
  } = useQuery({ ...comparisonQuery(projectId), enabled: shadow.apiUrl !== null });
  const { label, apiKey } = SHADOW_FACTS[shadow.product];
  if (shadow.apiUrl === null)
    return (
      <Card title="Agreement">
        <Text>
          {apiKey === null
            ? `${label} cannot be asked what it thinks, so that pings are forwarded and nothing is compared.`
            : "Give an API key below: then verdicts are compared too."}
        </Text>
      </Card>
    );
  if (error) return <ErrorAlert error={error} retry={() => void refetch()} />;
  return comparison ? (
    <Differences comparison={comparison} projectId={projectId} there={label} />
  ) : (
    <PageSkeleton />
  );
}

type StateProps = { projectId: string; shadow: ShadowView; isOwner: boolean };

function State({ projectId, shadow, isOwner }: StateProps) {
  const { forwards, asked, startedAt, endedAt } = shadow;
  const { label } = SHADOW_FACTS[shadow.product];
  return (
    <Card title={label} actions={isOwner && <SwitchButton projectId={projectId} shadow={shadow} />}>
      <Text>
        {endedAt === null ? "Pings are forwarded since " : "Pings were forwarded from "}
        <ExactTime at={startedAt} />
        {endedAt !== null && (
          <>
            {" "}
            until <ExactTime at={endedAt} />, when you switched over
          </>
        )}
        . {forwards.forwarded.toLocaleString("en")} arrived, {forwards.failed.toLocaleString("en")} were
        refused or given up, {forwards.dropped.toLocaleString("en")} were dropped because too many waited,{" "}
        {forwards.waiting.toLocaleString("en")} wait.
        {forwards.lastAt !== null && (
          <>
            {" "}
            The last one arrived <RelativeTime at={forwards.lastAt} />.
          </>
        )}
      </Text>
      {forwards.problem !== null && (
        <Alert color="yellow" mt="sm" title="The newest ping could not be forwarded">
          {forwards.problem}
        </Alert>
      )}
      {asked.problem !== null && (
        <Alert color="yellow" mt="sm" title={`${label} could not be asked what it thinks`}>
          {asked.problem}
        </Alert>
      )}
    </Card>
  );
}

function SwitchButton({ projectId, shadow }: Omit<StateProps, "isOwner">) {
  const [end, resume] = [useSwitchOver(projectId), useResumeShadow(projectId)];
  const goOn = () =>
    resume.mutate(undefined, {
      onSuccess: () => toast.success("Pings are forwarded again."),
      onError: toast.error,
    });
  const switchOver = () =>
    end.mutate(undefined, {
      onSuccess: () => toast.success("Switched over: from now on only Overdue gets the pings."),
      onError: toast.error,
    });
  return (
    <Group>
      {shadow.endedAt === null ? (
        <Button variant="default" loading={end.isPending} onClick={switchOver}>
          Switch over
        </Button>
      ) : (
        <Button variant="default" loading={resume.isPending} onClick={goOn}>
          Undo: forward again
        </Button>
      )}
    </Group>
  );
}
