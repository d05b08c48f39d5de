import { useParams } from "@tanstack/react-router";

import { CreateCheckButton } from "../checks/create-check-button.tsx";
import { RefusedPingsOfProject } from "../history/refused-pings.tsx";
import { BackArrow, Page, TextLink } from "../ui/page.tsx";
import { useCanEdit } from "../ui/role.tsx";

export function RefusedPingsPage() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId/refused-pings" });
  const canEdit = useCanEdit();
  return (
    <Page
      title="Pings that did not count"
      lead="Pings with this project's ping key or for one of its checks. The newest 200 different ones are kept for 90 days."
      back={
        <TextLink to="/projects/$projectId/checks" params={{ projectId }}>
          <BackArrow />
          Checks
        </TextLink>
      }
    >
      <RefusedPingsOfProject
        projectId={projectId}
        createButton={
          canEdit ? (missing) => <CreateCheckButton projectId={projectId} missing={missing} /> : null
        }
      />
    </Page>
  );
}
