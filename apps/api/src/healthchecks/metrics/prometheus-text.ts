/** One line of a family: its labels, in their order, and its value. */
export type Sample = { labels: Record<string, string>; value: number };
export type Family = { name: string; help: string; samples: readonly Sample[] };

/** Prometheus' text format, as Healthchecks writes it: gauges, a comma and a space between labels. */
export function prometheusText(families: readonly Family[]): string {
  return families.map((family) => `${familyText(family)}\n`).join("\n");
}

function familyText({ name, help, samples }: Family): string {
  const lines = samples.map(({ labels, value }) => `${name}${labelsText(labels)} ${value}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...lines].join("\n");
}

function labelsText(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(", ")}}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
