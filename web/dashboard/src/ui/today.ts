/** The current local date, which changes while a page is open. */
import { useEffect, useState } from "preact/hooks";
import { dateOf } from "./day";

/** Today in `zone`, as `2026-11-20`; the component renders again after midnight. */
export function useToday(zone: string): string {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return dateOf(now, zone);
}
