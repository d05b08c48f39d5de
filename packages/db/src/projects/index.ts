export { createProject } from "./create-project.ts";
export { deleteProject, restoreProject } from "./delete-project.ts";
export { findProject, type ProjectRow } from "./find-project.ts";
export { findRole } from "./find-role.ts";
export { listMembers } from "./list-members.ts";
export { listProjects } from "./list-projects.ts";
export { renameProject } from "./rename-project.ts";
export { renewPingKey } from "./renew-ping-key.ts";
