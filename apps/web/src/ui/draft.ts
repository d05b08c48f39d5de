import { useState } from "react";

/**
 * What a person typed into the form of something new, kept while they look at another page: a link never throws it away.
 * It lasts as long as the tab. Not for secrets.
 */
export function useDraft<Values extends object>(name: string, blank: () => Values) {
  const key = `overdue-draft-${name}`;
  const [initial] = useState(() => ({ ...blank(), ...read(key) }));
  return {
    initial,
    keep: (values: Values) => sessionStorage.setItem(key, JSON.stringify(values)),
    forget: () => sessionStorage.removeItem(key),
  };
}

/** What was kept; nothing where it cannot be read. */
function read(key: string): object {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(key) ?? "{}");
    return typeof kept === "object" && kept !== null ? kept : {};
  } catch {
    return {};
  }
}
