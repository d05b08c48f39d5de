/** As the API asks for it; it refuses what is shorter. */
export const PASSWORD_LENGTH_MIN = 12;
