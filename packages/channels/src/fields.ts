import { z } from "zod";

import type { Field } from "./kind.ts";

type Given<Name extends string> = Partial<Field> & { name: Name; label: string; help: string };

/** One input of a form; by default it is a required line of text that may be shown. */
export function field<const Name extends string>(given: Given<Name>): Field & { name: Name } {
  return { input: "text", placeholder: "", secret: false, required: true, ...given };
}

/** An input for a secret, which is never shown again once it is stored. */
export function secretField<const Name extends string>(given: Given<Name>): Field & { name: Name } {
  return field({ input: "password", secret: true, ...given });
}

/** The region of the account, for providers that run one service in each region. */
export const Region = z.enum(["us", "eu"], { error: "Choose a region." }).default("us");

export const regionField = field({
  name: "region",
  label: "Region",
  help: "Where the account is.",
  input: "choice",
  required: false,
  choices: [
    { value: "us", label: "United States" },
    { value: "eu", label: "Europe" },
  ],
});

/** A token, key or id that goes into a header or a path: visible ASCII without spaces. */
export function tokenText(message: string) {
  return z
    .string({ error: message })
    .trim()
    .regex(/^[\x21-\x7e]{1,500}$/, message);
}

/** A phone number with its country: +491701234567. */
export function phoneNumber(message: string) {
  return z
    .string({ error: message })
    .transform((text) => text.replaceAll(/[\s().-]/g, ""))
    .pipe(z.string().regex(/^\+[1-9]\d{6,14}$/, message));
}

/** A list of at most `max` items, given as an array or as text with one on each line. */
export function listOf<Item extends z.ZodType<unknown, string>>(item: Item, max: number) {
  return z
    .union([z.array(z.string()), z.string().transform((text) => text.split(/[\n,]/))], {
      error: "Give one on each line.",
    })
    .transform((all) => all.map((one) => one.trim()).filter((one) => one !== ""))
    .pipe(z.array(item).min(1, "Give at least one.").max(max, `At most ${max}.`));
}
