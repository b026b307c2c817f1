/** Limits an error in a page to that page. */
import { Component, type ComponentChildren } from "preact";

interface State {
  error: Error | undefined;
}

/** Shows the error instead of its children, until the user tries again. */
export class ErrorBoundary extends Component<{ children: ComponentChildren }, State> {
  override state: State = { error: undefined };

  static override getDerivedStateFromError(error: Error): State {
    return { error };
  }

  override render() {
    if (this.state.error === undefined) return this.props.children;
    return (
      <div class="state failure" role="alert">
        <p class="state-title">This page failed: {this.state.error.message}</p>
        <p class="muted">
          Try again. If it happens again, reload the page; the dashboard may have been updated in the meantime.
        </p>
        <button type="button" class="button" onClick={() => this.setState({ error: undefined })}>
          Try again
        </button>
      </div>
    );
  }
}
