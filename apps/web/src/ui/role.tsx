import { createContext, type ReactNode, use } from "react";

/** What somebody may do in the project on the page: viewers look on, editors change, owners also decide who may. */
type Role = "owner" | "editor" | "viewer";

const RoleContext = createContext<Role>("viewer");

/** Everything inside is for somebody of this role. */
export const RoleProvider = RoleContext.Provider;

/** Whether the person may change the project's checks, channels, routes and the like. */
export function useMayEdit(): boolean {
  return use(RoleContext) !== "viewer";
}

/** What changes something: viewers do not see it. The frame of the page tells them why. */
export function EditorsOnly({ children }: { children: ReactNode }) {
  return useMayEdit() ? children : null;
}
