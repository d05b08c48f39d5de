import { Suspense } from "react";
import { checkName } from "@overdue/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";

import { checkQuery } from "../checks/check-queries.ts";
import { AlsoDown, IncidentFacts, LastOutput, Timeline } from "../incidents/incident-facts.tsx";
import { incidentQuery } from "../incidents/incident-queries.ts";
import { NEWEST_RUNS_TITLE, NewestRuns } from "../strip/check-strip.tsx";
import { Card } from "../ui/card.tsx";
import { Description } from "../ui/description.tsx";
import { BackArrow, Page, TextLink } from "../ui/page.tsx";
import { lazyPart } from "../ui/lazy-part.ts";

// Loaded after the page: most incidents are not on a status page.
const IncidentPosts = lazyPart(async () => ({
  default: (await import("./incident-posts.tsx")).IncidentPosts,
}));

export function IncidentPage() {
  const ref = useParams({ from: "/signed-in/projects/$projectId/incidents/$incidentId" });
  const { data: incident } = useSuspenseQuery(incidentQuery(ref));
  const { projectId } = ref;
  const { checkId } = incident;
  const { data: check } = useQuery(checkQuery({ projectId, checkId }));
  const name = checkName({ name: incident.checkName, slug: incident.checkSlug });
  return (
    <Page
      title={`Incident of ${name}`}
      heading={name}
      lead={
        <>
          {incident.resolvedAt === null ? "Open incident" : "Resolved incident"} ·{" "}
          <TextLink to="/projects/$projectId/checks/$checkId" params={{ projectId, checkId }}>
            Check
          </TextLink>
          {incident.stormId !== null && (
            <>
              {" "}
              ·{" "}
              <TextLink
                to="/projects/$projectId/storms/$stormId"
                params={{ projectId, stormId: incident.stormId }}
              >
                Announced together with others
              </TextLink>
            </>
          )}
        </>
      }
      back={
        <TextLink to="/projects/$projectId/incidents" params={{ projectId }}>
          <BackArrow />
          Incidents
        </TextLink>
      }
    >
      <IncidentFacts projectId={projectId} incident={incident} />
      {check !== undefined && (
        <Card title={NEWEST_RUNS_TITLE}>
          <NewestRuns check={{ projectId, checkId }} status={check.status} isRunning={check.started} />
        </Card>
      )}
      {check !== undefined && check.description !== "" && (
        <Card title="What to do">
          <Description text={check.description} />
        </Card>
      )}
      <LastOutput incident={incident} />
      <AlsoDown projectId={projectId} incident={incident} />
      <Suspense fallback={null}>
        <IncidentPosts {...ref} checkId={checkId} />
      </Suspense>
      <Timeline {...ref} />
    </Page>
  );
}
