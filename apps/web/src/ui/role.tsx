import { createContext, type ReactNode, use } from "react";

import { toOperator } from "../text/operator-text.ts";

/** The role of a person in a project or an organization, from the strongest to the weakest. */
export type Role = "owner" | "admin" | "member" | "viewer";

const RoleContext = createContext<Role>("viewer");

/** Provides the signed-in person's role in the current project to everything inside. */
export const RoleProvider = RoleContext.Provider;

const OperatorContext = createContext(false);

/** Provides whether the signed-in person is an operator of this instance. */
export const OperatorProvider = OperatorContext.Provider;

/** Returns a function that says a sentence of the server about the instance as the person should read it. */
export function useInstanceText(): (sentence: string) => string {
  return use(OperatorContext) ? toOperator : (sentence) => sentence;
}

/** Whether the person may change the project's checks, channels, routes and the like. */
export function useCanEdit(): boolean {
  return use(RoleContext) !== "viewer";
}

/** Whether a role may change members, keys and settings. */
export function isAdmin(role: Role | null): boolean {
  return role === "owner" || role === "admin";
}

/** Shows its children only to people who may change something. The page's frame explains this to viewers. */
export function EditorsOnly({ children }: { children: ReactNode }) {
  return useCanEdit() ? children : null;
}
