/** The logo, drawn in the page itself: a picture of its own would be one more request, and missing where the server is away. */
export function Logo({ size }: { size: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} fill="none" strokeLinecap="round" aria-hidden>
      <rect width="32" height="32" rx="8" fill="#4338ca" />
      <path d="M23.4 10.1A9.5 9.5 0 1 1 16 6.5" stroke="#fff" strokeWidth="3" />
      <path d="M16 10.8V16l3.6 3.2" stroke="#fff" strokeWidth="2.6" strokeLinejoin="round" />
      <circle cx="23.6" cy="8.4" r="3.6" fill="#fb7185" />
    </svg>
  );
}
