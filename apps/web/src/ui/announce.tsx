import { VisuallyHidden } from "@mantine/core";
import { useEffect, useRef, useState } from "react";

/** Makes screen readers say when the label of something changes, such as the status of a check. */
export function AnnounceChanges({ labels }: { labels: ReadonlyMap<string, string> }) {
  const before = useRef<ReadonlyMap<string, string>>(new Map());
  const [message, setMessage] = useState("");
  useEffect(() => {
    const changed = [...labels].filter(([name, label]) => (before.current.get(name) ?? label) !== label);
    before.current = labels;
    if (changed.length > 0) setMessage(changed.map(([name, label]) => `${name} is now ${label}.`).join(" "));
  }, [labels]);
  return <VisuallyHidden component="output">{message}</VisuallyHidden>;
}
