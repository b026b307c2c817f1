/** A share as a bar. */
import { usePageContext } from "../app/context";

/** Shows a share from 0 to 1; negative ones are shown as 0. */
export function Meter({ share, label }: { share: number; label: string }) {
  const { format } = usePageContext();
  const shown = Number.isFinite(share) ? Math.min(Math.max(share, 0), 1) : 0;
  return (
    <meter
      class="meter"
      min={0}
      max={1}
      value={shown}
      aria-label={`${label}: ${format.share(share)}`}
      title={format.share(share)}
    />
  );
}
