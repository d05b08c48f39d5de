import { useQuery } from "@tanstack/react-query";

import {
  instanceHealthQuery,
  Problems,
  Processes,
  Progress,
  SelfTest,
} from "../operator/instance-health.tsx";
import { ErrorAlert } from "../ui/listing.tsx";
import { BackArrow, Page, PageSkeleton, TextLink } from "../ui/page.tsx";
import { RelativeTime } from "../ui/time.tsx";

export function OperatorPage() {
  const { data: health, error, refetch } = useQuery(instanceHealthQuery);
  return (
    <Page
      title="This instance"
      lead={
        <>
          All projects together
          {health && (
            <>
              , as of <RelativeTime at={health.at} />
            </>
          )}
          .
        </>
      }
      back={
        <TextLink to="/">
          <BackArrow />
          Checks
        </TextLink>
      }
    >
      {error && <ErrorAlert error={error} retry={() => void refetch()} />}
      {health ? (
        <>
          <Problems health={health} />
          <Progress health={health} />
          <SelfTest health={health} />
          <Processes health={health} />
        </>
      ) : (
        !error && <PageSkeleton />
      )}
    </Page>
  );
}
