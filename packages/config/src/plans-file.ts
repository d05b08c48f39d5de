import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";

const MOST = 1_000_000_000;

function atLeast(least: number) {
  const problem = `must be a whole number from ${least} on; leave it out for no limit`;
  return z.int(problem).min(least, problem).max(MOST, `must be at most ${MOST}`).nullish().transform(orNull);
}

function orNull<T>(value: T | null | undefined): T | null {
  return value ?? null;
}

const Title = z
  .string("must be a text")
  .trim()
  .min(1, "must not be empty")
  .max(60, "must have at most 60 characters");

/** A plan of the file. Each limit that is left out is none. */
const FilePlanInput = z.strictObject({
  title: Title.nullish().transform(orNull),
  checks: atLeast(1),
  members: atLeast(1),
  projects: atLeast(1),
  channels: atLeast(1),
  alertsPerMonth: atLeast(1),
  pingLog: atLeast(10),
  retentionDays: atLeast(1),
  bodyBytes: atLeast(0),
});

/** A plan, with its name and the title that people see. */
type FilePlan = z.output<typeof FilePlanInput> & { name: string; title: string };

/** `defaultPlan`: of organizations that have no other one. `contact`: whom one asks for a larger plan; null: the operator. */
export type PlansFile = {
  defaultPlan: string;
  contact: string | null;
  plans: readonly FilePlan[];
};

const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;

const File = z
  .strictObject({
    default: z.string("must be the name of a plan"),
    contact: z
      .string("must be an e-mail address or a web address")
      .regex(/^(?:\S+@\S+|https?:\/\/\S+)$/, "must be an e-mail address or a web address")
      .max(200, "must have at most 200 characters")
      .nullish()
      .transform(orNull),
    plans: z.record(
      z.string().regex(NAME, "must have at most 40 lower-case letters, digits and -"),
      FilePlanInput,
      "must name each plan with its limits",
    ),
  })
  .superRefine(({ default: usual, plans }, context) => {
    if (!(usual in plans))
      context.addIssue({
        code: "custom",
        path: ["default"],
        message: `must be the name of a plan below, and ${usual} is none`,
      });
  })
  .transform(({ default: defaultPlan, contact, plans }): PlansFile => ({
    defaultPlan,
    contact,
    plans: Object.entries(plans).map(([name, plan]) => ({
      ...plan,
      name,
      title: plan.title ?? titleOf(name),
    })),
  }));

function titleOf(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

/** The path of a file of plans, as YAML or JSON. What is wrong with it is said with the file, the plan and the field. */
export const plansFile = z.string().transform((path, context): PlansFile => {
  const fail = (message: string) => {
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  };
  let text: unknown;
  try {
    text = parse(readFileSync(path, "utf8"), { maxAliasCount: 0 });
  } catch (error) {
    const isUnread = error instanceof Error && "syscall" in error;
    const problem = error instanceof Error ? (error.message.split("\n")[0] ?? "").replace(/[:.]$/, "") : "";
    return fail(
      isUnread ? `${path} must be a file that can be read` : `${path} must be YAML or JSON: ${problem}`,
    );
  }
  const parsed = File.safeParse(text);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => problemOf(issue));
  return fail(`${path}: ${[...new Set(problems)].join("; ")}`);
});

function problemOf(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys")
    return issue.keys
      .map((key) => `${[...issue.path.map(String), key].join(".")} is no field of it`)
      .join("; ");
  if (issue.code === "invalid_key") return `${path} ${issue.issues[0]?.message ?? "is no name"}`;
  if (issue.code === "invalid_type" && path === "") return "must have default and plans";
  return `${path} ${issue.code === "invalid_type" && issue.expected === "object" ? "must hold fields with their values" : issue.message}`;
}
