/** The logo, which `index.html` defines: a picture of its own would be one more request, and missing while the server is away. */
export function Logo({ size }: { size: number }) {
  return (
    <svg width={size} height={size} aria-hidden>
      <use href="#logo" />
    </svg>
  );
}
