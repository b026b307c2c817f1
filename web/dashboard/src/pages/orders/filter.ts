/** The filter of the list of orders, from the address. */
import { usePageContext } from "../../app/context";
import { usePageLocation } from "../../app/location";
import { type OrderInstant, type Status, statusOf } from "../../figures/orders";
import { type Days, lastDays } from "../../figures/sales";
import { addDays } from "../../ui/day";
import { useToday } from "../../ui/today";

/** The chosen orders. */
export interface Filter {
  days: Days;
  by: OrderInstant;
  status: Status | undefined;
  /** Undefined: all currencies. */
  currency: string | undefined;
  /** The seller whose orders are shown; undefined for the whole shop, and when a seller is signed in. */
  seller: string | undefined;
  /** Whether only the lines of one seller are shown. */
  ofSeller: boolean;
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** The filter of the address; the last 30 days when it names none. */
export function useFilter(): Filter {
  const { identity, zone, currency } = usePageContext();
  const { query } = usePageLocation();
  const usual = lastDays(useToday(zone), 30);
  const admin = identity.role === "admin";
  const by = query.get("by") === "placed" ? "placed" : "paid";
  const seller = (admin && query.get("seller")) || undefined;
  return {
    days: daysOf(query.get("first"), query.get("last"), usual),
    by,
    status: statusOf(query.get("status") ?? ""),
    currency: isInAllCurrencies(query.get("in"), by) ? undefined : currency,
    seller,
    ofSeller: !admin || seller !== undefined,
  };
}

/** Whether orders in all currencies are listed: by default if placed orders are listed, as their figure counts them all. */
export function isInAllCurrencies(chosen: string | null, by: OrderInstant): boolean {
  return chosen === "all" || (chosen !== "one" && by === "placed");
}

/** The days in an address, the earlier first; `usual` replaces invalid dates. */
export function daysOf(first: string | null, last: string | null, usual: Days): Days {
  const days = [validDate(first) ?? usual.first, validDate(last) ?? usual.last].sort();
  return { first: days[0] ?? usual.first, last: days[1] ?? usual.last };
}

function validDate(date: string | null): string | undefined {
  return date !== null && DATE.test(date) && isInCalendar(date) ? date : undefined;
}

/** Dates of this and the last century and some to come; JavaScript counts on after the end of a month. */
function isInCalendar(date: string): boolean {
  return date >= "1970" && date < "3000" && !Number.isNaN(Date.parse(date)) && addDays(date, 0) === date;
}
