import type { CheckWithChannels } from "@overdue/db";

import type { SourceCheck } from "./source.ts";

/**
 * Finds what an earlier import made of a check: the one with its UUID, else one of the same name, slug and tags that
 * no other check of theirs was found to be.
 */
export function matcher(existing: readonly CheckWithChannels[]): (check: SourceCheck) => boolean {
  const left = new Set(existing);
  return (check) => {
    const found = [...left].find((row) => row.pingUuid === check.uuid) ?? [...left].find(isLike(check));
    return found !== undefined && left.delete(found);
  };
}

function isLike({ name, slug, tags }: SourceCheck): (row: CheckWithChannels) => boolean {
  return (row) => row.name === name && row.slug === slug && row.tags === tags;
}
