/** The form that adds a rule. */
import { useState } from "preact/hooks";
import { problemFrom } from "../../api/problem";
import { usePageContext } from "../../app/context";
import { Field } from "../../ui/Field";
import { EMPTY, errorOf, type FieldName, PLACEMENTS, type RuleForm, requestOf } from "./rule";

const ACTIONS = [
  ["pin", "Pin to a place"],
  ["boost", "Boost"],
  ["bury", "Bury"],
  ["exclude", "Never show"],
] as const;

const TARGETS = [
  ["product", "Product"],
  ["category", "Category"],
  ["seller", "Seller"],
] as const;

type Options = readonly (readonly [string, string])[];

/** Sends the rule, and calls `added` when the API has it. What the API refuses is shown at its field. */
export function NewRule({ added }: { added: () => void }) {
  const { api, zone } = usePageContext();
  const [form, setForm] = useState<RuleForm>(EMPTY);
  const [error, setError] = useState<ReturnType<typeof errorOf> | undefined>();
  const [busy, setBusy] = useState(false);
  const send = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await api.call("POST", "/api/v1/analytic/recommendations/rules", requestOf(form, zone));
      setForm({ ...EMPTY, action: form.action, target: form.target });
      added();
    } catch (failure) {
      setError(errorOf(problemFrom(failure).message));
    }
    setBusy(false);
  };
  const of = (field: FieldName, label: string) => ({
    label,
    value: form[field],
    error: error?.field === field ? error.text : undefined,
    change: (value: string) => setForm({ ...form, [field]: value }),
  });
  const scales = form.action === "boost" || form.action === "bury";
  const range = form.action === "boost" ? "above 1, up to 1,000" : "0.001 to below 1";
  return (
    <form
      class="rule-form"
      aria-label="Add a rule"
      aria-busy={busy}
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void send();
      }}
    >
      <Choice {...of("action", "Rule")} options={ACTIONS} />
      {form.action === "pin" && <Text {...of("position", "Place (1 to 100)")} type="number" required />}
      {scales && <Text {...of("factor", `Factor (${range})`)} type="number" required />}
      {form.action !== "pin" && <Choice {...of("target", "For a")} options={TARGETS} />}
      <Text {...of("target_id", `Id of the ${form.action === "pin" ? "product" : form.target}`)} required />
      <Choice {...of("placement", "Where")} options={PLACEMENTS} />
      <Text {...of("starts_at", "First day (empty: now)")} type="date" />
      <Text {...of("ends_at", "Last day (empty: none)")} type="date" />
      <Text {...of("reason", "Why")} required />
      <button type="submit" class="button primary">
        Add the rule
      </button>
      {error !== undefined && error.field === undefined && (
        <p class="field-error" role="alert">
          {error.text}
        </p>
      )}
    </form>
  );
}

interface Control {
  label: string;
  value: string;
  error: string | undefined;
  change: (value: string) => void;
}

type TextType = "text" | "number" | "date";

function Text({ type = "text", required = false, ...field }: Control & { type?: TextType; required?: boolean }) {
  return (
    <Field label={field.label} error={field.error}>
      {(control) => {
        const input = {
          ...control,
          value: field.value,
          required,
          autocomplete: "off" as const,
          onInput: (event: { currentTarget: HTMLInputElement }) => field.change(event.currentTarget.value),
        };
        if (type === "number") return <input {...input} type="number" step="any" />;
        return type === "date" ? <input {...input} type="date" /> : <input {...input} type="text" />;
      }}
    </Field>
  );
}

function Choice({ options, ...field }: Control & { options: Options }) {
  return (
    <Field label={field.label} error={field.error}>
      {(control) => (
        <select {...control} value={field.value} onChange={(event) => field.change(event.currentTarget.value)}>
          {options.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
