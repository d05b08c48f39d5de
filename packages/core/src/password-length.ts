export const PASSWORD_MIN_CHARS = 12;
export const PASSWORD_MAX_CHARS = 128;
const TOO_SHORT = `Use at least ${PASSWORD_MIN_CHARS} characters.`;
const TOO_LONG = `Use at most ${PASSWORD_MAX_CHARS} characters.`;

/** Why a password of this length is refused; null if it is accepted. An emoji is one character of the twelve. */
export function passwordLengthProblem(password: string): string | null {
  if (Array.from(password).length < PASSWORD_MIN_CHARS) return TOO_SHORT;
  return password.length > PASSWORD_MAX_CHARS ? TOO_LONG : null;
}
