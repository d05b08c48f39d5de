import { mailAddress } from "@overdue/core";
import { z } from "zod";

import { defineKind } from "../kind.ts";

export const email = defineKind({
  title: "E-mail",
  summary: "A message to one mailbox.",
  group: "mail",
  schema: z.strictObject({
    to: mailAddress("Give one e-mail address, such as anna@example.org."),
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
