import { mailAddress } from "@overdue/core";
import { z } from "zod";

import { field } from "../fields.ts";
import { defineKind } from "../kind.ts";

export const email = defineKind({
  title: "E-mail",
  summary: "A message to one mailbox.",
  group: "mail",
  schema: z.strictObject({
    to: mailAddress("Give one e-mail address, such as anna@example.org."),
  }),
  fields: [
    field({
      name: "to",
      label: "E-mail address",
      help: "One mailbox. For several people, make several channels.",
      placeholder: "anna@example.org",
      input: "email",
    }),
  ],
  rateLimit: { concurrency: 4, concurrencyInAll: 8, perSecond: 20, perSecondInAll: 50 },
  hint: ({ to }) => to,
  open: ({ to }) => ({ via: "mail", to }),
});
