import { Ago } from "../ui/ago.tsx";
import { Exact } from "../ui/exact.tsx";
import styles from "./channel-list.module.css";
import type { ChannelView } from "./channel-queries.ts";

/** Why a channel gets nothing now, who hears instead, and the way out. */
export function ChannelTrouble({ channel }: { channel: ChannelView }) {
  const { brokenAt, brokenBecause, brokenBy, unconfirmedSince, askedAt, hint, restsUntil } = channel;
  if (brokenAt !== null) {
    return (
      <p className={styles["broken"]}>
        Nothing is sent here since <Ago at={brokenAt} />: {brokenBecause ?? "the provider refused it"}
        {brokenBecause?.endsWith(".") === true ? "" : "."} {WAYS_OUT[brokenBy ?? "provider"]}
      </p>
    );
  }
  if (unconfirmedSince === null) return restsUntil === null ? null : <Resting until={restsUntil} />;
  return (
    <p className={styles["waiting"]}>
      {askedAt === null ? (
        `No mail was sent to ${hint} yet: there were too many to it, or of this project, today. `
      ) : (
        <>
          A mail went to {hint} <Ago at={askedAt} />; whoever reads it has to agree by its link.{" "}
        </>
      )}
      Until then its alerts go to the fall-back of this project, or else to its owners.
    </p>
  );
}

function Resting({ until }: { until: string }) {
  return (
    <p className={styles["resting"]}>
      Its provider takes no more for now, or its last tries all failed: alerts wait until <Exact at={until} />{" "}
      and are tried again then.
    </p>
  );
}

const WAYS_OUT = {
  provider: "Mend it by editing it, or send a test to see whether it works again.",
  bounce: "Look whether the address is right; send a test once it is.",
  recipient: "Edit the channel to do so, once they want the alerts again.",
};
