/** What would be recommended now: on a product page, or to a visitor. */
import { useId, useState } from "preact/hooks";
import type { Client, Schemas } from "../../api/client";
import { useQuery } from "../../api/useQuery";
import { usePageContext } from "../../app/context";
import { useChoice, useText } from "../../app/location";
import { RECOMMENDED } from "../../figures/recommendation";
import { Card } from "../../ui/Card";
import { Segments } from "../../ui/Choice";
import { Recommended } from "../../ui/Recommended";
import { Empty, Loaded } from "../../ui/States";

type Kind = "viewed" | "bought" | "session";
type Data = Schemas["RecommendationData"];

const KINDS = [
  ["viewed", "On a product page"],
  ["bought", "Bought together"],
  ["session", "For a visit"],
] as const;

const LIMIT = 10;

/** A form for a product or a visit, and what is recommended. */
export function Preview() {
  const { api } = usePageContext();
  const [kind, choose] = useChoice<Kind>("preview", "viewed", KINDS);
  const [product, setProduct] = useText("product");
  // A session id is a secret of its visitor: it stays out of the address, where others would read it.
  const [session, setSession] = useState("");
  const id = kind === "session" ? session : product;
  const preview = useQuery(id === "" ? null : JSON.stringify([kind, id]), (signal) => read(api, kind, id, signal));
  return (
    <Card
      title="Preview"
      definition={RECOMMENDED.preview}
      actions={<Segments label="Preview for" options={KINDS} value={kind} choose={choose} />}
    >
      <IdForm
        key={kind}
        label={kind === "session" ? "Session id of the visitor's events" : "Product id"}
        value={id}
        submit={kind === "session" ? setSession : setProduct}
      />
      {id === "" ? (
        <Empty title="Nothing to show yet.">
          {kind === "session" ? "Enter the session id of the visitor's events." : "Enter the shop's id of a product."}
        </Empty>
      ) : (
        <Loaded query={preview} lines={5}>
          {(data) => <Recommended items={data.items} file="preview" {...(kind === "session" ? {} : { beside: id })} />}
        </Loaded>
      )}
    </Card>
  );
}

async function read(api: Client, kind: Kind, id: string, signal: AbortSignal): Promise<Data> {
  if (kind === "session") {
    const request = { path: { session_id: id }, query: { limit: LIMIT } };
    return (await api.get("/api/v1/analytic/recommendations/session/{session_id}", request, signal)).data;
  }
  const request = { path: { product_id: id }, query: { kind, limit: LIMIT } };
  return (await api.get("/api/v1/analytic/recommendations/product/{product_id}", request, signal)).data;
}

function IdForm({ label, value, submit }: { label: string; value: string; submit: (id: string) => void }) {
  const [text, setText] = useState(value);
  const field = useId();
  return (
    <form
      class="inline-form"
      onSubmit={(event) => {
        event.preventDefault();
        submit(text.trim());
      }}
    >
      <span class="field">
        <label for={field}>{label}</label>
        <input
          id={field}
          value={text}
          maxLength={128}
          size={38}
          autocomplete="off"
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </span>
      <button type="submit" class="button">
        Show
      </button>
    </form>
  );
}
