import { z } from "zod";

/** The ids in paths. */
export const InProject = z.object({ projectId: z.uuid() });
export const OfCheck = InProject.extend({ checkId: z.uuid() });
export const OfIncident = InProject.extend({ incidentId: z.uuid() });
export const OfWindow = InProject.extend({ windowId: z.uuid() });
export const OfChannel = InProject.extend({ channelId: z.uuid() });
