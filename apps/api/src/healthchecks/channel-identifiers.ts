import { FaceError } from "./face-error.ts";

type Named = { id: string; name: string };

/**
 * The channels that `channels` names: `""` none, `*` all, else ids or exact names with commas between.
 * @throws FaceError 400 for a name that is empty, of nobody, or of several.
 */
export function channelsNamed(text: string, channels: readonly Named[]): string[] {
  if (text === "") return [];
  if (text === "*") return channels.map(({ id }) => id);
  return [...new Set(text.split(",").map((identifier) => channelNamed(identifier, channels)))];
}

function channelNamed(identifier: string, channels: readonly Named[]): string {
  if (identifier === "") throw FaceError.of(400, "empty channel identifier");
  const [found, ...more] = channels.filter(({ id, name }) => id === identifier || name === identifier);
  if (found === undefined) throw FaceError.of(400, `invalid channel identifier: ${identifier}`);
  if (more.length > 0) throw FaceError.of(400, `non-unique channel identifier: ${identifier}`);
  return found.id;
}
