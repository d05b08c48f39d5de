import { z } from "zod";

import { defineKind } from "../kind.ts";

/** Letters, digits and a few marks, no quotes or comments: nothing that two mail servers may read differently. */
const ADDRESS =
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;

export const email = defineKind({
  title: "E-mail",
  summary: "A message to one mailbox.",
  group: "mail",
  schema: z.strictObject({
    to: z
      .string({ error: "Give the address of the mailbox." })
      .trim()
      .max(254, "An e-mail address has at most 254 characters.")
      .regex(ADDRESS, "Give one e-mail address, such as anna@example.org."),
  }),
  fields: [
    {
      name: "to",
      label: "E-mail address",
      help: "One mailbox. A list of people is better made as several channels.",
      placeholder: "anna@example.org",
      input: "email",
      secret: false,
      required: true,
    },
  ],
  pace: { atOnce: 4, perSecond: 20, inAllPerSecond: 50 },
  hint: ({ to }) => to,
  open: ({ to }) => ({ via: "mail", to }),
});
