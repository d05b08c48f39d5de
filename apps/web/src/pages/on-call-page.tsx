import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";

import { rotationsQuery, useSaveRotation, type RotationDraft } from "../on-call/on-call-queries.ts";
import { PeopleCard } from "../on-call/people-card.tsx";
import { RotationCard } from "../on-call/rotation-card.tsx";
import { RotationForm } from "../on-call/rotation-form.tsx";
import { serverNow } from "../time/clock.ts";
import { browserZone, wallClockText } from "../time/zones.ts";
import { Card } from "../ui/card.tsx";
import { Listing } from "../ui/listing.tsx";
import { Page } from "../ui/page.tsx";
import { EditorsOnly } from "../ui/role.tsx";
import { useNames } from "./use-names.ts";

export function OnCallPage() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId/on-call" });
  const query = useQuery(rotationsQuery(projectId));
  const { channels, people } = useNames(projectId);
  const [isAdding, setAdding] = useState(false);
  return (
    <Page
      title="On call"
      lead="People take turns, and routes notify the person on call."
      actions={
        <EditorsOnly>
          <Button
            leftSection={<IconPlus size={18} aria-hidden />}
            disabled={isAdding}
            onClick={() => setAdding(true)}
          >
            New rotation
          </Button>
        </EditorsOnly>
      }
    >
      {isAdding && <NewRotation projectId={projectId} people={people} close={() => setAdding(false)} />}
      <Listing query={query} empty="No rotation yet.">
        {(rotations) =>
          rotations.map((rotation) => (
            <RotationCard key={rotation.id} projectId={projectId} rotation={rotation} people={people} />
          ))
        }
      </Listing>
      <PeopleCard projectId={projectId} channels={channels} />
    </Page>
  );
}

type NewProps = { projectId: string; people: ReadonlyMap<string, string>; close: () => void };

function NewRotation({ projectId, people, close }: NewProps) {
  const save = useSaveRotation(projectId);
  const [initial] = useState(() => newRotation(browserZone()));
  return (
    <Card title="New rotation">
      <RotationForm
        initial={initial}
        people={people}
        submitLabel="Create rotation"
        save={async (draft) => {
          await save.mutateAsync({ edited: null, draft });
          close();
        }}
        cancel={close}
      />
    </Card>
  );
}

/** The settings of a new rotation: turns of a week, handed over on today's weekday at 9:00. */
function newRotation(timezone: string): RotationDraft {
  const startsOn = wallClockText(serverNow(), timezone).slice(0, 10);
  return { name: "", timezone, every: "week", startsOn, handOverAt: "09:00", personIds: [], overrides: [] };
}
