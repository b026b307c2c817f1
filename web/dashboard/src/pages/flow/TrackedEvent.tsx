/** “Where is my event?”: an event by its id, step by step. */
import { useId, useLayoutEffect, useState } from "preact/hooks";
import type { Schemas } from "../../api/client";
import { LIVE_MS, type Query, useQuery } from "../../api/useQuery";
import { usePageContext } from "../../app/context";
import { go, link } from "../../app/location";
import { FLOWS, reasonName, sinkName } from "../../figures/flow";
import { eventName } from "../../figures/popularity";
import { Card } from "../../ui/Card";
import type { Format } from "../../ui/format";
import { Product } from "../../ui/Product";
import { Empty, Loaded } from "../../ui/States";
import "../../styles/flow.css";

type Tracked = Schemas["TrackedInteractions"];
type Interaction = Schemas["TrackedInteraction"];

/** A form for the id, and what happened to the event. */
export function TrackedEvent({ id }: { id: string | undefined }) {
  const events = useTracked(id);
  return (
    <Card title="Where is my event?" definition={FLOWS.tracked}>
      <EventIdForm id={id ?? ""} reload={events.reload} />
      {id !== undefined && events.problem?.kind === "not-found" && (
        <Empty title="No event has this id.">
          It was never stored, or so long ago that its id is no longer kept. A sender that got an error may retry: with
          the same id, the event counts once.
        </Empty>
      )}
      {id !== undefined && events.problem?.kind !== "not-found" && (
        <Loaded query={events}>
          {(data) => (
            <>
              {data.interactions.map((interaction) => (
                <Steps key={interaction.id} interaction={interaction} />
              ))}
            </>
          )}
        </Loaded>
      )}
    </Card>
  );
}

/** Reads the event and polls it, because it may still be waiting. */
function useTracked(id: string | undefined): Query<Tracked> {
  const { api } = usePageContext();
  const path = { event_id: id ?? "" };
  const read = async (signal: AbortSignal) =>
    (await api.get("/api/v1/analytic/interaction/{event_id}", { path }, signal)).data;
  return useQuery(id ?? null, read, LIVE_MS);
}

function EventIdForm({ id, reload }: { id: string; reload: () => void }) {
  const [text, setText] = useState(id);
  const field = useId();
  // Before anybody can type: an effect after the paint would undo what was typed meanwhile.
  useLayoutEffect(() => setText(id), [id]);
  return (
    <form
      class="inline-form"
      onSubmit={(event) => {
        event.preventDefault();
        const entered = text.trim();
        if (entered === id) reload();
        else go(link(entered === "" ? "flow" : ["flow", entered]));
      }}
    >
      <span class="field">
        <label for={field}>Event id, as the sender set it</label>
        <input
          id={field}
          value={text}
          size={38}
          autocomplete="off"
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </span>
      <button type="submit" class="button">
        Find
      </button>
    </form>
  );
}

function Steps({ interaction }: { interaction: Interaction }) {
  const { format } = usePageContext();
  const { event_type, ref_type, ref_id } = interaction;
  return (
    <div class="event">
      <h3>
        {eventName(event_type)} of {ref_type === "Product" ? <Product id={ref_id} /> : `category ${ref_id}`}
      </h3>
      <ol class="steps">
        <li class="done">
          <b>Happened</b>
          <span>{moment(interaction.occurred_at, format)}</span>
        </li>
        <li class="done">
          <b>Stored</b>
          <span>{moment(interaction.date_created, format)}</span>
        </li>
        {interaction.sinks.map((sink) => (
          <li key={sink.sink} class={sink.status === "applied" ? "done" : sink.status}>
            <b>
              {sinkName(sink.sink)}: {sink.status}
            </b>
            <span>{progressText(sink, format)}</span>
          </li>
        ))}
        {interaction.popularity && (
          <li class={interaction.popularity.outcome ? "done" : "waiting"}>
            <b>{interaction.popularity.outcome ?? "Outcome not known"}</b>
            <span>{outcomeText(interaction, format)}</span>
          </li>
        )}
      </ol>
    </div>
  );
}

/** A day and a time with seconds. */
function moment(time: string, format: Format): string {
  return `${format.day(time)}, ${format.clock(time)}`;
}

function progressText(sink: Schemas["SinkProgress"], format: Format): string {
  if (sink.status === "parked")
    return `${reasonName(sink.parked_reason ?? "unknown reason")}, since ${format.time(sink.parked_at)}. See docs/RUNBOOK.md.`;
  if (sink.status === "applied") return "Done.";
  const next = sink.next_hint_at ? `; next at ${format.clock(sink.next_hint_at)} if it is still waiting` : "";
  return `The consumer was notified ${format.count(sink.hints ?? 0)} times${next}.`;
}

function outcomeText({ popularity, event_type }: Interaction, format: Format): string {
  if (!popularity) return "";
  if (popularity.outcome === "capped")
    return "The actor had reached the daily cap: this event adds nothing, the earlier ones count.";
  if (popularity.outcome === "excluded") return "It comes from a bot or an excluded actor, so it adds nothing.";
  if (popularity.outcome !== "counted")
    return "The consumer has not applied it yet, or its day ended more than nine days ago and the outcome is no longer kept.";
  if (popularity.weight === null || popularity.weight === undefined)
    return `Events of the type ${event_type} have no weight: it adds no points.`;
  return `It adds ${format.decimal(popularity.points)} points to ${popularity.product_id}.`;
}
