import type { ReactNode } from "react";

/** A line of a list of facts: what it is, and how it stands. */
export function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
