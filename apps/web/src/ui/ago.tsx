import { Tooltip } from "@mantine/core";

import { useNow } from "../time/clock.ts";
import { instant } from "../time/instant.ts";
import { relativeText } from "../time/relative.ts";
import { browserZone, zonedText } from "../time/zoned.ts";

/** "3 min ago", with the exact time and its zone on hover, on focus and for screen readers. */
export function Ago({ at, zone }: { at: string; zone?: string }) {
  const now = useNow();
  const exact = exactText(instant(at), zone);
  return (
    <Tooltip label={exact} events={{ hover: true, focus: true, touch: true }}>
      <time dateTime={at} aria-label={`${relativeText(instant(at), now)}, ${exact}`}>
        {relativeText(instant(at), now)}
      </time>
    </Tooltip>
  );
}

/** The exact time in `zone`, and in the browser's where that is another. */
function exactText(at: number, zone: string | undefined): string {
  const here = browserZone();
  const there = zone ?? here;
  return there === here ? zonedText(at, here) : `${zonedText(at, there)} · here ${zonedText(at, here)}`;
}
