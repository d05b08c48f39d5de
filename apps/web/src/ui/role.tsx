import { createContext, type ReactNode, use } from "react";

/** The role of the signed-in person in the current project. */
type Role = "owner" | "editor" | "viewer";

const RoleContext = createContext<Role>("viewer");

/** Provides the role to everything inside. */
export const RoleProvider = RoleContext.Provider;

/** Whether the person may change the project's checks, channels, routes and the like. */
export function useCanEdit(): boolean {
  return use(RoleContext) !== "viewer";
}

/** Shows its children only to people who may change something. The page's frame explains this to viewers. */
export function EditorsOnly({ children }: { children: ReactNode }) {
  return useCanEdit() ? children : null;
}
