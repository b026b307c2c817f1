/**
 * Amounts in minor units. The decimals of a currency follow ISO 4217, as in the API: `Intl` follows CLDR, which has no
 * decimals for some twenty currencies that have them (HUF, COP), so its amounts would be a hundred times too large.
 */

const DECIMALS: Record<number, string> = {
  0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
  3: "BHD IQD JOD KWD LYD OMR TND",
  4: "CLF UYW",
};

/** How many decimals the major unit of a currency has. */
export function decimalsOf(currency: string): number {
  const known = Object.entries(DECIMALS).find(([, codes]) => codes.split(" ").includes(currency));
  return known === undefined ? 2 : Number(known[0]);
}

/** The exact amount for a CSV file; null if its currency is unknown, because minor units alone say nothing. */
export function exactOf(minor: number | null, currency: string | null | undefined): string | null {
  return minor === null || !currency ? null : majorOf(minor, currency);
}

/** The exact amount in the major unit as a decimal number: 1050 minor units of EUR are `10.50`. */
export function majorOf(minor: number, currency: string): string {
  const decimals = decimalsOf(currency);
  const digits = Math.abs(minor)
    .toFixed(0)
    .padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const sign = minor < 0 ? "-" : "";
  return decimals === 0 ? sign + whole : `${sign}${whole}.${digits.slice(-decimals)}`;
}
