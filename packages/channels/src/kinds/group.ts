import { z } from "zod";

import { field, listOf } from "../fields.ts";
import { defineKind } from "../kind.ts";

export const group = defineKind({
  title: "Group of channels",
  summary: "Tells several channels of this project at once.",
  group: "other",
  schema: z.strictObject({
    channels: listOf(z.uuid("Choose channels of this project."), 50),
  }),
  fields: [
    field({
      name: "channels",
      label: "Channels",
      help: "Each gets every alert of this group. Groups within it are passed over.",
      input: "channels",
    }),
  ],
  pace: { atOnce: 100, perSecond: 1_000, inAllPerSecond: 2_000 },
  hint: ({ channels }) => (channels.length === 1 ? "1 channel" : `${channels.length} channels`),
  open: ({ channels }) => ({ via: "group", channelIds: channels }),
});
