import { instant } from "../time/instant.ts";
import { browserZone, zonedText } from "../time/zoned.ts";

/** The exact time, with its zone; the browser's where none is named. */
export function Exact({ at, zone = browserZone() }: { at: string; zone?: string }) {
  return <time dateTime={at}>{zonedText(instant(at), zone)}</time>;
}
