import { Button } from "@mantine/core";
import type { Reason } from "@overdue/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";

import {
  HearingList,
  NewsList,
  type Supposition,
  WhoWouldHearForm,
} from "../alert-routes/notification-preview.tsx";
import { RouteList } from "../alert-routes/route-list.tsx";
import {
  routesQuery,
  useDeleteRoute,
  useOrderRoutes,
  useRestoreRoute,
  whoHearsNewsQuery,
  whoWouldHearQuery,
} from "../alert-routes/route-queries.ts";
import { serverNow } from "../time/clock.ts";
import { browserZone, instantOfWall, wallText } from "../time/zones.ts";
import { Card } from "../ui/card.tsx";
import { Listing } from "../ui/listing.tsx";
import { Page } from "../ui/page.tsx";
import { EditorsOnly } from "../ui/role.tsx";
import { tell } from "../ui/toast.tsx";
import { useNames } from "./use-names.ts";

export function RoutesPage() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId/routes" });
  const query = useQuery(routesQuery(projectId));
  const names = useNames(projectId);
  const order = useOrderRoutes(projectId);
  const remove = useDeleteRoute(projectId);
  const restore = useRestoreRoute(projectId);
  return (
    <Page
      title="Routes"
      lead="Rules that say who hears of which incident, when and how often. Where two would tell one channel, the upper one does."
      actions={
        <EditorsOnly>
          <Button
            component={Link}
            to={`/projects/${projectId}/routes/new`}
            leftSection={<IconPlus size={18} aria-hidden />}
          >
            New route
          </Button>
        </EditorsOnly>
      }
    >
      <Listing
        query={query}
        empty="No route yet: each check tells its own channels at once, which is the simplest route. Make one to escalate, to repeat, or to keep to certain hours."
      >
        {(routes) => (
          <RouteList
            projectId={projectId}
            routes={routes}
            names={names}
            reorder={(wanted) => order.mutate(wanted, { onError: tell.trouble })}
            remove={(route) =>
              remove.mutate(route.id, {
                onSuccess: () =>
                  tell.undoable(`“${route.name}” is deleted.`, () =>
                    restore.mutate(route.id, { onError: tell.trouble }),
                  ),
                onError: tell.trouble,
              })
            }
          />
        )}
      </Listing>
      <Card title="Who would hear?">
        <WhoWouldHear projectId={projectId} checks={names.checks} />
      </Card>
    </Page>
  );
}

/** Asks the same decisions as in earnest. */
function WhoWouldHear({ projectId, checks }: { projectId: string; checks: ReadonlyMap<string, string> }) {
  const zone = browserZone();
  const [asked, ask] = useState<Supposition>(() => ({
    checkId: null,
    wall: wallText(serverNow(), zone),
    reason: missed(),
  }));
  const at = instantOfWall(asked.wall, zone);
  return (
    <>
      <WhoWouldHearForm checks={checks} zone={zone} value={asked} change={ask} />
      {asked.checkId !== null && at !== null && (
        <Answer
          projectId={projectId}
          checkId={asked.checkId}
          at={new Date(at).toISOString()}
          reason={asked.reason}
        />
      )}
    </>
  );
}

const NOBODY =
  "No channel would: it has none of its own, and no route leads to one. So that it is not lost, the project's owners would be told by mail, or by the fall-back channel; not of a check of severity “info”.";

function Answer(asked: { projectId: string; checkId: string; at: string; reason: Reason }) {
  const query = useQuery(whoWouldHearQuery(asked));
  const { data: news = [] } = useQuery(whoHearsNewsQuery(asked));
  return (
    <div style={{ marginTop: 14 }} aria-live="polite">
      <Listing query={query} empty={NOBODY}>
        {(heard) => <HearingList heard={heard} zone={browserZone()} />}
      </Listing>
      {news.length > 0 && (
        <>
          <p>Of its runs and of what is noticed, if that came then:</p>
          <NewsList news={news} zone={browserZone()} />
        </>
      )}
    </div>
  );
}

const missed = (): Reason => "missed";
