import { z } from "zod";

/** The ids in paths. */
export const InProject = z.object({ projectId: z.uuid() });
export const OfCheck = InProject.extend({ checkId: z.uuid() });
export const OfIncident = InProject.extend({ incidentId: z.uuid() });
export const OfStorm = InProject.extend({ stormId: z.uuid() });
export const OfWindow = InProject.extend({ windowId: z.uuid() });
export const OfChannel = InProject.extend({ channelId: z.uuid() });
export const OfRoute = InProject.extend({ routeId: z.uuid() });
export const OfPerson = InProject.extend({ personId: z.uuid() });
export const OfRotation = InProject.extend({ rotationId: z.uuid() });
export const OfTelegramLink = InProject.extend({ linkId: z.uuid() });
export const OfSlackLink = InProject.extend({ slackLinkId: z.uuid() });
