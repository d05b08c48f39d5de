/** An answer to the sending server other than 250: 4xx where it should try again, 5xx where it should not. */
export class Refusal extends Error {
  override name = "Refusal";
  readonly responseCode: number;

  constructor(responseCode: number, message: string) {
    super(message);
    this.responseCode = responseCode;
  }
}

export function refusal(code: number, message: string): Refusal {
  return new Refusal(code, message);
}
