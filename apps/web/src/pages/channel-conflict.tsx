import type { ChannelView } from "../channels/channel-queries.ts";
import { digestText, groupingText } from "../channels/channel-settings-cards.tsx";
import { type Conflict, ConflictAlert, type Fact } from "../conflicts/conflict.tsx";

type Props = {
  edit: Conflict<ChannelView>;
  checks: readonly { id: string; name: string }[];
};

/** Shows what somebody else changed about the channel meanwhile. */
// oxlint-disable-next-line import/no-default-export -- `React.lazy` needs a default export
export default function ChannelConflict({ edit, checks }: Props) {
  const names = new Map(checks.map(({ id, name }) => [id, name]));
  return <ConflictAlert edit={edit} facts={(view) => channelFacts(view, names)} />;
}

function channelFacts(
  { name, hint, checkIds, isFallback, proveWeekly, collectMinutes, groups }: ChannelView,
  names: ReadonlyMap<string, string>,
): Fact[] {
  return [
    ["Name", name],
    ["Sends to", hint],
    ["Checks that notify it", checkIds.map((id) => names.get(id) ?? "a deleted check").join(", ")],
    ["Fallback channel", isFallback ? "yes" : "no"],
    ["Tested weekly", proveWeekly ? "yes" : "no"],
    ["Messages are sent", digestText(collectMinutes)],
    ["Related alerts", groupingText(groups)],
  ];
}
