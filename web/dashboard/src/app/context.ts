/** What every page knows: the client of the API, who is signed in, and how to write figures. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Client } from "../api/client";
import type { Identity } from "../auth/role";
import type { Format } from "../ui/format";

/** The surroundings of a page. */
export interface Surroundings {
  api: Client;
  identity: Identity;
  /** The time zone of days and times, IANA name. */
  zone: string;
  /** The currency of every amount; undefined while it is unknown or when nothing was sold yet. */
  currency: string | undefined;
  /** The currencies that can be chosen. */
  currencies: string[];
  format: Format;
}

const Context = createContext<Surroundings | undefined>(undefined);

/** Gives the pages their surroundings. */
export const SurroundingsProvider = Context.Provider;

/** The surroundings of the page. */
export function useSurroundings(): Surroundings {
  const surroundings = useContext(Context);
  if (surroundings === undefined) throw new Error("a page is shown without its surroundings");
  return surroundings;
}
