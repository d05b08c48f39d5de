import { Suspense } from "react";
import { checkName } from "@overdue/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";

import { checkQuery } from "../checks/check-queries.ts";
import { AlsoDown, IncidentFacts, LastOutput, Timeline } from "../incidents/incident-facts.tsx";
import { incidentQuery } from "../incidents/incident-queries.ts";
import { Card } from "../ui/card.tsx";
import { Description } from "../ui/description.tsx";
import { BackArrow, Page, TextLink } from "../ui/page.tsx";
import { lazyPart } from "../ui/lazy-part.ts";

// What is told on status pages is for few, and follows what happened.
const IncidentPosts = lazyPart(async () => ({
  default: (await import("./incident-posts.tsx")).IncidentPosts,
}));

export function IncidentPage() {
  const ref = useParams({ from: "/signed-in/projects/$projectId/incidents/$incidentId" });
  const { data: incident } = useSuspenseQuery(incidentQuery(ref));
  const { projectId } = ref;
  const name = checkName({ name: incident.checkName, slug: incident.checkSlug });
  return (
    <Page
      title={`Incident of ${name}`}
      heading={name}
      lead={
        <>
          {incident.resolvedAt === null ? "Open incident" : "Resolved incident"} ·{" "}
          <TextLink
            to="/projects/$projectId/checks/$checkId"
            params={{ projectId, checkId: incident.checkId }}
          >
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
      <Runbook projectId={projectId} checkId={incident.checkId} />
      <LastOutput incident={incident} />
      <AlsoDown projectId={projectId} incident={incident} />
      <Suspense fallback={null}>
        <IncidentPosts {...ref} checkId={incident.checkId} />
      </Suspense>
      <Timeline {...ref} />
    </Page>
  );
}

/** What the check's description says to do; nothing where it has none. */
function Runbook(ref: { projectId: string; checkId: string }) {
  const { data: check } = useQuery(checkQuery(ref));
  if (check === undefined || check.description === "") return null;
  return (
    <Card title="What to do">
      <Description text={check.description} />
    </Card>
  );
}
