/** An answer that Healthchecks' clients know: a status with `{"error": "…"}`, plain text or nothing. */
export class FaceError extends Error {
  readonly status: number;
  readonly body: string | null;
  readonly contentType: string | null;

  constructor(status: number, body: string | null = null, contentType: string | null = null) {
    super(body ?? `status ${status}`);
    this.status = status;
    this.body = body;
    this.contentType = contentType;
  }

  /** `{"error": "…"}` */
  static of(status: number, error: string): FaceError {
    return new FaceError(status, JSON.stringify({ error }), "application/json");
  }

  response(): Response {
    const headers = this.contentType === null ? {} : { "content-type": this.contentType };
    return new Response(this.body, { status: this.status, headers });
  }
}
