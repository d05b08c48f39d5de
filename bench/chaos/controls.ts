import type { Options } from "./options.ts";
import { PLANTED } from "./planted.ts";
import { faultsOf, isRepeatedTooOften, type Result } from "./run.ts";

/** What came of one planted fault. */
export type Control = {
  name: string;
  /** By which kind of finding it must be reported. */
  shows: string;
  /** How many cases of that kind its run reported. */
  cases: number;
  /** What the same run of the product as it is found; null: it was not made. */
  without: readonly string[] | null;
};

/** Whether the run reports the planted fault that its options name, by the kind of finding that it leads to. */
export function casesOf({ options, findings, repeats }: Result): number {
  const shows = PLANTED[options.broken ?? ""]?.shows;
  if (shows === undefined) return 0;
  if (shows === "repeats") return isRepeatedTooOften(repeats) ? repeats.repeated : 0;
  return findings[shows].length;
}

/** The options of the run that must report this planted fault. @throws Error for an unknown name */
export function controlOf(options: Options, broken: string): Options {
  const planted = PLANTED[broken];
  if (planted === undefined) throw new Error(`--broken must be one of: ${Object.keys(PLANTED).join(", ")}.`);
  return { ...options, servers: "embedded", broken, ...planted.options };
}

/**
 * Runs each planted fault, or only the named one, with the faults that it meets; with `isPaired` each is followed by
 * the same run of the product as it is.
 */
export async function runControls(
  options: Options,
  run: (options: Options, title: string) => Promise<Result>,
  isPaired: boolean,
): Promise<Control[]> {
  const controls: Control[] = [];
  const names = options.broken === null ? Object.keys(PLANTED) : [options.broken];
  for (const name of names) {
    const control = controlOf(options, name);
    const planted = await run(control, `Planted: ${name}`);
    const without = isPaired ? await run({ ...control, broken: null }, `The same without ${name}`) : null;
    controls.push({
      name,
      shows: PLANTED[name]?.shows ?? "",
      cases: casesOf(planted),
      without: without === null ? null : faultsOf(without),
    });
  }
  return controls;
}

/** Whether it was reported, and nothing was without it. */
export function isProven({ cases, without }: Control): boolean {
  return cases > 0 && (without ?? []).length === 0;
}
