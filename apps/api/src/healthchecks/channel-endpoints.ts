import { listChannelNames } from "@overdue/db";

import type { Endpoint } from "./endpoint.ts";
import { CHANNELS } from "./shapes.ts";

export const channelEndpoints: readonly Endpoint[] = [
  {
    path: "/api/{version}/channels/",
    cors: true,
    methods: {
      GET: {
        access: { auth: "healthchecks", key: "write" },
        summary: "List channels",
        success: CHANNELS,
        answer: async (c) =>
          c.json({ channels: await listChannelNames(c.var.deps.db, c.var.face.projectId) }),
      },
    },
  },
];
