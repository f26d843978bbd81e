/** An orbit, the body at its focus, an area swept: Kepler's second law. */
export function LogoMark({ size = 20 }: { size?: number }) {
  return (
    <svg viewBox="0 0 24 24" width={size} height={size} fill="none" aria-hidden="true">
      <path d="M17.14 9.03L9.80 21.37A10.7 8.9 -30 0 1 2.20 16.23Z" fill="currentColor" opacity=".26" />
      <ellipse
        cx="12"
        cy="12"
        rx="10.7"
        ry="8.9"
        transform="rotate(-30 12 12)"
        stroke="currentColor"
        strokeWidth="1.75"
      />
      <circle cx="17.14" cy="9.03" r="2.5" fill="currentColor" />
    </svg>
  );
}
