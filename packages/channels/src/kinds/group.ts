import { z } from "zod";

import { field, listOf } from "../fields.ts";
import { defineKind } from "../kind.ts";

export const group = defineKind({
  title: "Group of channels",
  summary: "Several channels of this project that are alerted together.",
  group: "other",
  schema: z.strictObject({
    channels: listOf(z.uuid("Choose channels of this project."), 50),
  }),
  fields: [
    field({
      name: "channels",
      label: "Channels",
      help: "Each gets every alert of this group. Groups within it are skipped.",
      input: "channels",
    }),
  ],
  rateLimit: { concurrency: 100, perSecond: 1_000, perSecondInAll: 2_000 },
  hint: ({ channels }) => (channels.length === 1 ? "1 channel" : `${channels.length} channels`),
  open: ({ channels }) => ({ via: "group", channelIds: channels }),
});
