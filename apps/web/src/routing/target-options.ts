import type { Names } from "./route-text.ts";
import { targetValue } from "./route-values.ts";

/** Everything that a step can tell, in groups to choose from. */
export function targetOptions({ channels, people, rotations }: Names) {
  const groups = [
    {
      group: "Channels",
      items: [...channels].map(([channelId, label]) => ({
        value: targetValue({ kind: "channel", channelId }),
        label,
      })),
    },
    {
      group: "Whoever is on call",
      items: [...rotations].map(([rotationId, label]) => ({
        value: targetValue({ kind: "on-call", rotationId }),
        label,
      })),
    },
    {
      group: "People, on every channel of theirs",
      items: [...people].map(([personId, label]) => ({
        value: targetValue({ kind: "person", personId }),
        label,
      })),
    },
  ];
  return groups.filter(({ items }) => items.length > 0);
}
