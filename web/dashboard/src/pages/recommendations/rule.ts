/** A rule as its form holds it, and as the API takes it. */
import { placementName } from "../../figures/recommendation";
import { addDays, startOfDay } from "../../ui/day";

/** The values of the form. Days are those of the chosen time zone; an empty text is left out. */
export interface RuleForm {
  action: "pin" | "boost" | "bury" | "exclude";
  target: "product" | "category" | "seller";
  target_id: string;
  position: string;
  factor: string;
  placement: string;
  /** The first day. */
  starts_at: string;
  /** The last day. */
  ends_at: string;
  reason: string;
}

/** The fields of the form. */
export type FieldName = keyof RuleForm;

/** An empty form. */
export const EMPTY: RuleForm = {
  action: "pin",
  target: "product",
  target_id: "",
  position: "1",
  factor: "",
  placement: "",
  starts_at: "",
  ends_at: "",
  reason: "",
};

/** Where a rule may hold; an empty text stands for everywhere. */
export const PLACEMENTS: readonly (readonly [string, string])[] = [
  ["", "Everywhere"],
  ...["viewed", "bought", "cart", "session", "personal", "again"].map((id) => [id, placementName(id)] as const),
];

/** The rule that the API takes. What the action does not use is left out. */
export function requestOf(form: RuleForm, zone: string): Record<string, unknown> {
  const given = (text: string) => (text.trim() === "" ? undefined : text.trim());
  const number = (text: string) => (given(text) === undefined ? undefined : Number(text));
  const scales = form.action === "boost" || form.action === "bury";
  return {
    action: form.action,
    target: form.action === "pin" ? "product" : form.target,
    target_id: form.target_id.trim(),
    position: form.action === "pin" ? number(form.position) : undefined,
    factor: scales ? number(form.factor) : undefined,
    placement: given(form.placement),
    starts_at: given(form.starts_at) && startOfDay(form.starts_at, zone).toISOString(),
    ends_at: given(form.ends_at) && startOfDay(addDays(form.ends_at, 1), zone).toISOString(),
    reason: form.reason.trim(),
  };
}

/** What the API says is wrong: the field that its message names first, after the body as a whole, and the rule of it. */
export function errorOf(message: string): { field: FieldName | undefined; text: string } {
  const [name, ...rest] = message.replace(/^body: /, "").split(": ");
  const field = (Object.keys(EMPTY) as FieldName[]).find((known) => known === name);
  return field === undefined ? { field, text: message } : { field, text: rest.join(": ") };
}
