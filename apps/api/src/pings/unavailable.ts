/** The ping may not have been stored: the job should try again in a moment. */
export class Unavailable extends Error {
  override name = "Unavailable";
}

/** A look at the database that fails is no fault of the ping: it may come again. */
export async function orUnavailable<T>(look: Promise<T>): Promise<T> {
  try {
    return await look;
  } catch (error) {
    throw new Unavailable("The check could not be looked up.", { cause: error });
  }
}
