/** The logo of Shopsignal. */
export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
      <rect width="32" height="32" rx="8" />
      <path d="M7 21l6-6 4 4 8-9" />
    </svg>
  );
}
