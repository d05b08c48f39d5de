import { useQuery } from "@tanstack/react-query";

import { BackArrow, Page, PageSkeleton, TextLink } from "../ui/page.tsx";
import { operatorQuery, Problems, Processes, SelfTest, Work } from "../operator/instance-health.tsx";
import { Ago } from "../ui/time.tsx";
import { Trouble } from "../ui/listing.tsx";
import styles from "../app/shell.module.css";

export function OperatorPage() {
  const { data: health, error, refetch } = useQuery(operatorQuery);
  return (
    <main className={styles["main"]}>
      <Page
        title="This installation"
        lead={
          health ? (
            <>
              Of all projects together, as of <Ago at={health.at} />.
            </>
          ) : (
            "Of all projects together."
          )
        }
        back={
          <TextLink to="/">
            <BackArrow />
            Checks
          </TextLink>
        }
      >
        {error && <Trouble error={error} retry={() => void refetch()} />}
        {health ? (
          <>
            <Problems health={health} />
            <Work health={health} />
            <SelfTest health={health} />
            <Processes health={health} />
          </>
        ) : (
          !error && <PageSkeleton />
        )}
      </Page>
    </main>
  );
}
