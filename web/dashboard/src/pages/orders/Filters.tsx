/** The controls that choose orders. */
import { useId } from "preact/hooks";
import { usePageContext } from "../../app/context";
import { go } from "../../app/location";
import { STATUSES } from "../../figures/orders";
import { Select } from "../../ui/Choice";
import type { Filter } from "./filter";

const BY = [
  ["paid", "Paid in this period"],
  ["placed", "Placed in this period"],
] as const;

const STATUS_NAMES = STATUSES.map((id) => [id, id.charAt(0).toUpperCase() + id.slice(1)] as const);

/** Shows the filters; each changes the address. */
export function Filters({ filter }: { filter: Filter }) {
  const { currency } = usePageContext();
  const all = filter.currency === undefined ? "all" : "one";
  return (
    <>
      <Day label="From" value={filter.days.first} choose={(day) => setParameter("first", day)} />
      <Day label="To" value={filter.days.last} choose={(day) => setParameter("last", day)} />
      <Select label="Show orders" options={BY} value={filter.by} choose={(by) => setParameter("by", by)} />
      <Select
        label="Current status"
        options={[["", "Any"], ...STATUS_NAMES]}
        value={filter.status ?? ""}
        choose={(status) => setParameter("status", status)}
      />
      {currency !== undefined && (
        <Select
          label="Orders in"
          options={[
            ["one", currency],
            ["all", "All currencies"],
          ]}
          value={all}
          choose={(choice) => setParameter("in", choice)}
        />
      )}
      {filter.seller !== undefined && (
        <button type="button" class="button" onClick={() => setParameter("seller", "")}>
          All sellers
        </button>
      )}
    </>
  );
}

function setParameter(name: string, value: string): void {
  const url = new URL(window.location.href);
  if (value === "") url.searchParams.delete(name);
  else url.searchParams.set(name, value);
  go(url.pathname + url.search, "replace");
}

function Day({ label, value, choose }: { label: string; value: string; choose: (day: string) => void }) {
  const id = useId();
  return (
    <span class="field">
      <label for={id}>{label}</label>
      <input id={id} type="date" value={value} required onChange={(event) => choose(event.currentTarget.value)} />
    </span>
  );
}
