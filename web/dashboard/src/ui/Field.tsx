/** A labelled control of a form, with what is wrong with its value. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

/** What a control needs to belong to its label and its error. */
export interface ControlProps {
  id: string;
  "aria-invalid": boolean;
  "aria-describedby": string | undefined;
}

interface Props {
  label: string;
  /** What is wrong; the control gets the focus when it appears. */
  error?: string | undefined;
  children: (control: ControlProps) => ComponentChildren;
}

/** Shows label, control and error. */
export function Field({ label, error, children }: Props) {
  const id = useId();
  const box = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (error !== undefined) box.current?.querySelector<HTMLElement>("input, select")?.focus();
  }, [error]);
  const describedBy = error === undefined ? undefined : `${id}-error`;
  return (
    <span class="field" ref={box}>
      <label for={id}>{label}</label>
      {children({ id, "aria-invalid": error !== undefined, "aria-describedby": describedBy })}
      {error !== undefined && (
        <span class="field-error" id={describedBy} role="alert">
          {error}
        </span>
      )}
    </span>
  );
}
