/** Formats figures in the language of the browser and the chosen time zone. */
import { decimalsOf, majorOf } from "./money";

/** The text for a missing figure. */
export const NONE = "–";

type Figure = number | null | undefined;

/** A language that the browser reports, or English when it is no language tag: Chromium reports `en-US@posix` for LANG=C. */
export function knownLocale(reported: string): string {
  try {
    return Intl.getCanonicalLocales(reported)[0] ?? "en";
  } catch {
    return "en";
  }
}

/** Formats figures. Missing values become `NONE`. */
export class Format {
  constructor(
    readonly locale: string,
    readonly zone: string,
    readonly currency: string | undefined,
  ) {}

  /** A count, with up to three decimals (items are sold in thousandths). */
  readonly count = (value: Figure): string => this.number(value, { maximumFractionDigits: 3 });

  /** A score or another number with a fixed number of decimals. */
  readonly decimal = (value: Figure, digits = 2): string =>
    this.number(value, { minimumFractionDigits: digits, maximumFractionDigits: digits });

  /** A share from 0 to 1 in percent. */
  readonly share = (value: Figure): string => this.number(value, { style: "percent", maximumFractionDigits: 1 });

  /** A change in percent, with its sign. */
  readonly change = (percent: Figure): string =>
    this.number(percent === null || percent === undefined ? percent : percent / 100, {
      style: "percent",
      maximumFractionDigits: 1,
      signDisplay: "exceptZero",
    });

  /** An amount in minor units of the currency, exact. Without a currency only 0 can be written. */
  readonly money = (minor: Figure, currency: string | null | undefined = this.currency): string => {
    if (minor === null || minor === undefined) return NONE;
    if (currency === null || currency === undefined) return minor === 0 ? this.count(0) : NONE;
    return this.currencyFormat(currency, decimalsOf(currency)).format(
      majorOf(minor, currency) as Intl.StringNumericLiteral,
    );
  };

  /** A short amount for the axis of a chart. */
  readonly shortMoney = (minor: number): string => {
    if (this.currency === undefined) return minor === 0 ? this.short(0) : NONE;
    const major = minor / 10 ** decimalsOf(this.currency);
    const options = {
      style: "currency",
      currency: this.currency,
      notation: "compact",
      maximumFractionDigits: 1,
    } as const;
    return new Intl.NumberFormat(this.locale, { ...options, minimumFractionDigits: 0 }).format(major);
  };

  /** A short count for the axis of a chart. */
  readonly short = (value: number): string => this.number(value, { notation: "compact", maximumFractionDigits: 1 });

  /** A time with its day. */
  readonly time = (time: string | number | Date | null | undefined): string =>
    this.date(time, { dateStyle: "medium", timeStyle: "short" });

  /** A time of a day with seconds. */
  readonly clock = (time: string | number | Date | null | undefined): string =>
    this.date(time, { timeStyle: "medium" });

  /** Hours and minutes. */
  readonly hour = (time: string | number | Date | null | undefined): string => this.date(time, { timeStyle: "short" });

  /** A day, as the start of a local day. */
  readonly day = (time: string | number | Date | null | undefined): string => this.date(time, { dateStyle: "medium" });

  /** A month. */
  readonly month = (time: string | number | Date | null | undefined): string =>
    this.date(time, { month: "short", year: "numeric" });

  /** A duration in seconds, in the largest unit that fits. */
  readonly duration = (seconds: number | null | undefined): string => {
    if (seconds === null || seconds === undefined) return NONE;
    const [unit, length] = DURATION_UNITS.find(([, length]) => seconds >= length) ?? (["second", 1] as const);
    return this.number(seconds / length, { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 1 });
  };

  private number(value: Figure, options: Intl.NumberFormatOptions): string {
    return value === null || value === undefined ? NONE : new Intl.NumberFormat(this.locale, options).format(value);
  }

  private date(time: string | number | Date | null | undefined, options: Intl.DateTimeFormatOptions): string {
    if (time === null || time === undefined) return NONE;
    return new Intl.DateTimeFormat(this.locale, { ...options, timeZone: this.zone }).format(new Date(time));
  }

  private currencyFormat(currency: string, digits: number): Intl.NumberFormat {
    const exact = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    return new Intl.NumberFormat(this.locale, { style: "currency", currency, ...exact });
  }
}

const DURATION_UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;
