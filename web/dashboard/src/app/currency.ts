/** The currencies of the sales. All pages show the same currency, so that their figures are comparable. */
import { useRef } from "preact/hooks";
import type { Client } from "../api/client";
import { type Query, useQuery } from "../api/useQuery";
import type { Role } from "../auth/role";

/** The currency that pages show by default, and all currencies to choose from. */
export interface Currencies {
  preferred: string | undefined;
  all: string[];
}

const YEAR_MS = 365 * 86_400_000;

/** How often currencies are read: seldom, but until the first sale often. */
const CURRENCIES_MS = 60_000;
const FIRST_SALE_MS = 5_000;

/**
 * Reads the currencies of the shop, or of the member's sales of the last year. The preferred one stays the same until the
 * page is left: it may be another one by every sale, and figures must not change their currency while they are looked at.
 */
export function useCurrencies(api: Client, role: Role): Query<Currencies> {
  const preferred = useRef<string | undefined>(undefined);
  // Not before the first read: a query begins anew when its interval changes.
  const hasSold = useRef(true);
  return useQuery(
    role,
    async (signal) => {
      const read = await (role === "admin" ? ofShop(api, signal) : ofSeller(api, signal));
      preferred.current ??= read.preferred;
      hasSold.current = preferred.current !== undefined;
      return { ...read, preferred: preferred.current };
    },
    hasSold.current ? CURRENCIES_MS : FIRST_SALE_MS,
  );
}

async function ofShop(api: Client, signal: AbortSignal): Promise<Currencies> {
  const overview = await api.get("/api/analytics/dashboard", {}, signal);
  return {
    preferred: overview.currency ?? undefined,
    all: overview.revenueByCurrency.map((revenue) => revenue.currency),
  };
}

async function ofSeller(api: Client, signal: AbortSignal): Promise<Currencies> {
  const start = new Date(Date.now() - YEAR_MS).toISOString();
  const { data } = await api.get(
    "/api/v1/analytic/seller-dashboard",
    { query: { start, granularity: "month" } },
    signal,
  );
  return { preferred: data.currency ?? undefined, all: data.currencies.map((sales) => sales.currency) };
}
