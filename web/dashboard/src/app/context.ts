/** What every page uses: the client of the API, who is signed in, and how to format figures. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Client } from "../api/client";
import type { Identity } from "../auth/role";
import type { ProductNames } from "../figures/names";
import type { Format } from "../ui/format";

/** What a page gets from the shell around it. */
export interface PageContext {
  api: Client;
  /** The names of products. */
  names: ProductNames;
  identity: Identity;
  /** The time zone of days and times, IANA name. */
  zone: string;
  /** The currency of every amount; undefined while it is unknown or when nothing was sold yet. */
  currency: string | undefined;
  /** The currencies that can be chosen. */
  currencies: string[];
  format: Format;
}

const Context = createContext<PageContext | undefined>(undefined);

/** Provides the context to the pages. */
export const PageContextProvider = Context.Provider;

/** The context of the page. */
export function usePageContext(): PageContext {
  const context = useContext(Context);
  if (context === undefined) throw new Error("a page is rendered outside of PageContextProvider");
  return context;
}
