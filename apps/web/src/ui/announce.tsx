import { VisuallyHidden } from "@mantine/core";
import { useEffect, useRef, useState } from "react";

/** Makes screen readers say that a label has changed, such as the status of a check. `labels`: by the thing's name. */
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
