export {
  addOrganizationMember,
  changeOrganizationRole,
  findOrganizationMember,
  listOrganizationKeysMadeBy,
  listOrganizationMembers,
  type OrganizationMemberRow,
  removeOrganizationMember,
} from "./organization-members.ts";
export { moveProject } from "./move-project.ts";
export {
  createOrganization,
  deleteOrganization,
  findOrganization,
  findOrganizationRole,
  HasProjects,
  listOrganizationProjects,
  listOrganizations,
  type OrganizationMemberRef,
  type OrganizationRow,
  renameOrganization,
  restoreOrganization,
} from "./organizations.ts";
