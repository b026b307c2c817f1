/** A dialog that asks before something is done. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { problemFrom } from "../api/problem";

interface Props {
  title: string;
  /** The name of the button that does it. */
  action: string;
  /** Does it. A rejection with a `ProblemError` is shown, and the dialog stays. */
  confirm: () => Promise<void>;
  /** Closes the dialog. */
  close: () => void;
  children: ComponentChildren;
}

/** Shows the question; Escape and "Cancel" close it without doing anything. */
export function Confirm({ title, action, confirm, close, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const busy = useRef(false);
  const [problem, setProblem] = useState<string | undefined>();
  const heading = useId();
  // The browser keeps the focus inside of a modal dialog, and gives it back afterwards.
  useEffect(() => dialog.current?.showModal(), []);
  const run = async () => {
    if (busy.current) return;
    busy.current = true;
    setProblem(undefined);
    try {
      await confirm();
    } catch (error) {
      setProblem(problemFrom(error).message);
    }
    busy.current = false;
  };
  return (
    <dialog class="confirm" ref={dialog} aria-labelledby={heading} onClose={close}>
      <h2 class="card-title" id={heading}>
        {title}
      </h2>
      {children}
      {problem !== undefined && (
        <p class="field-error" role="alert">
          {problem}
        </p>
      )}
      <div class="confirm-actions">
        <button type="button" class="button" onClick={() => dialog.current?.close()}>
          Cancel
        </button>
        <button type="button" class="button danger" onClick={() => void run()}>
          {action}
        </button>
      </div>
    </dialog>
  );
}
