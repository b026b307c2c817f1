import { categoryOf, productOf } from "../catalog.js";
import { useValue } from "../observable.js";
import { type Received, received, type Status } from "../received.js";
import { consent } from "../tracking.js";
import { ConsentSwitch } from "./consent.js";
import { Icon } from "./icons.js";

const STATUS_TEXTS: Record<Status, string> = {
  waiting: "on its way",
  accepted: "stored",
  duplicate: "stored before",
  conflict: "refused: id in use",
  rejected: "refused",
};

const time = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

/** The strip at the bottom: the events that Shopsignal received from this visit. */
export function Strip() {
  const events = useValue(received);
  return (
    <aside class="strip" aria-label="What Shopsignal received">
      <details>
        <summary>
          <span class="strip-title">
            <Icon name="spark" />
            What Shopsignal received
          </span>
          <Latest event={events[0]} />
        </summary>
        <div class="strip-body">
          {events.length > 0 && <Events events={events} />}
          <p class="strip-links">
            <a href="/dashboard/">Open the dashboard</a>
            <ConsentSwitch />
          </p>
        </div>
      </details>
    </aside>
  );
}

function Latest({ event }: { event: Received | undefined }) {
  const decision = useValue(consent);
  if (decision === "denied") return <span class="strip-latest">Nothing: you declined.</span>;
  if (!event)
    return (
      <span class="strip-latest">{decision === "pending" ? "Nothing yet: you have not decided." : "Nothing yet"}</span>
    );
  return (
    <span class="strip-latest">
      <code>{event.type}</code> {nameOf(event)} <State status={event.status} />
    </span>
  );
}

function Events({ events }: { events: Received[] }) {
  return (
    <table>
      <caption class="visually-hidden">The last events of this visit, newest first</caption>
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">Event</th>
          <th scope="col">About</th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {events.map((event) => (
          <tr key={event.id}>
            <td>{time.format(event.at)}</td>
            <td>
              <code>{event.type}</code>
            </td>
            <td>{nameOf(event)}</td>
            <td>
              <State status={event.status} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function State({ status }: { status: Status }) {
  return <span class={`state state-${status}`}>{STATUS_TEXTS[status]}</span>;
}

function nameOf({ about }: Received): string {
  return productOf(about)?.name ?? categoryOf(about)?.name ?? about;
}
