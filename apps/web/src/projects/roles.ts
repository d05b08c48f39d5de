import type { Role } from "./project-queries.ts";

export const ROLES: Record<Role, string> = {
  viewer: "Viewer: looks on",
  editor: "Editor: checks, channels, routes",
  owner: "Owner: everything, members and keys too",
};

export function roleOf(text: string): Role {
  return text === "owner" || text === "editor" ? text : "viewer";
}
