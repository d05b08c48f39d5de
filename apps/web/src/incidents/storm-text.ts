import type { StormView } from "./incident-queries.ts";

/** "1 incident" or "12 incidents on host db1" */
export function stormTitle({ incidents, shared }: Pick<StormView, "incidents" | "shared">): string {
  const count = incidents === 1 ? "1 incident" : `${incidents} incidents`;
  return shared === null ? `${count} at once` : `${count} ${sharedText(shared)}`;
}

/** "3 of 12 are open" */
export function openText({ incidents, open }: Pick<StormView, "incidents" | "open">): string {
  if (open === 0) return "All are over";
  return open === incidents ? "All are open" : `${open} of ${incidents} are open`;
}

function sharedText({ kind, value, name }: NonNullable<StormView["shared"]>): string {
  switch (kind) {
    case "host":
      return `on host ${value}`;
    case "address":
      return `from ${value}`;
    case "tag":
      return `with the tag ${value}`;
    case "dependency":
      return name === null ? "that depend on one check" : `that depend on ${name}`;
  }
}
