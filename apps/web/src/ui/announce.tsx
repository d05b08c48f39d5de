import { VisuallyHidden } from "@mantine/core";
import { useEffect, useRef, useState } from "react";

/** Tells screen readers when a named thing's word changes; says nothing at first. */
export function AnnounceChanges({ words }: { words: ReadonlyMap<string, string> }) {
  const before = useRef<ReadonlyMap<string, string>>(new Map());
  const [said, say] = useState("");
  useEffect(() => {
    const changed = [...words].filter(([name, word]) => (before.current.get(name) ?? word) !== word);
    before.current = words;
    if (changed.length > 0) say(changed.map(([name, word]) => `${name} is now ${word}.`).join(" "));
  }, [words]);
  return <VisuallyHidden component="output">{said}</VisuallyHidden>;
}
