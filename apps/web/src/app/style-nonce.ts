/** The nonce the server put into the page: without it the policy refuses a style tag made by a library. */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
}
