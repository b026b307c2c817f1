/** The frame around every page: navigation by role, settings, notices, and the page itself, loaded on demand. */
import type { ComponentType } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Client } from "../api/client";
import type { Identity } from "../auth/role";
import { namesOf } from "../figures/names";
import { Format, knownLocale } from "../ui/format";
import { Empty, Failure, Loading } from "../ui/States";
import { type PageContext, PageContextProvider } from "./context";
import { useCurrencies } from "./currency";
import { ErrorBoundary } from "./ErrorBoundary";
import { link, type PageLocation, usePageLocation, useText } from "./location";
import { Navigation } from "./Navigation";
import { type Page, type PageProps, pageOf } from "./pages";
import { usePreferences, zoneOf } from "./preferences";

interface Props {
  api: Client;
  identity: Identity;
  expired: boolean;
  signIn: () => void;
  signOut: () => void;
}

/** Shows the frame and the page of the address. */
export function Shell({ api, identity, expired, signIn, signOut }: Props) {
  const location = usePageLocation();
  const preferences = usePreferences();
  const zone = zoneOf(preferences.zone);
  const known = useCurrencies(api, identity.role);
  const [chosen, choose] = useText("currency");
  const currency = chosen === "" ? known.data?.preferred : chosen;
  const page = pageOf(location.segments, identity.role);
  const names = useMemo(() => namesOf(api), [api]);
  const context = useMemo((): PageContext => {
    const format = new Format(knownLocale(navigator.language), zone, currency);
    return { api, names, identity, zone, currency, currencies: known.data?.all ?? [], format };
  }, [api, names, identity, zone, currency, known.data]);
  return (
    <PageContextProvider value={context}>
      <a class="skip-link" href="#content">
        Skip to content
      </a>
      <div class="shell">
        <Navigation page={page} choose={choose} signOut={signOut} />
        <main id="content" tabIndex={-1}>
          <Notices expired={expired} signIn={signIn} />
          {known.data === undefined ? (
            known.problem === undefined ? (
              <Loading lines={6} />
            ) : (
              <Failure problem={known.problem} reload={known.reload} />
            )
          ) : (
            <Content page={page} location={location} sells={identity.role === "admin" || known.data.all.length > 0} />
          )}
        </main>
      </div>
    </PageContextProvider>
  );
}

function Content({ page, location, sells }: { page: Page | undefined; location: PageLocation; sells: boolean }) {
  if (page === undefined) return <NoSuchPage />;
  if (!sells) return <NoSales />;
  // The key gives each page its own boundary, so that an error disappears when the user opens another page.
  return (
    <ErrorBoundary key={page.path}>
      <LoadedPage page={page} rest={location.segments.slice(page.path === "" ? 0 : 1)} />
    </ErrorBoundary>
  );
}

/** Loads the module of a page and shows it. */
function LoadedPage({ page, rest }: { page: Page; rest: string[] }) {
  const [module, setModule] = useState<{ View: ComponentType<PageProps> } | undefined>();
  const [failed, setFailed] = useState<Error | undefined>();
  useEffect(() => {
    document.title = `${page.title} · Shopsignal`;
    page.load().then(
      (loaded) => setModule({ View: loaded.default }),
      () => setFailed(new Error("it could not be loaded")),
    );
  }, [page]);
  if (failed !== undefined) throw failed;
  return module === undefined ? <Loading lines={6} /> : <module.View rest={rest} />;
}

/** Notices that appear on every page. */
function Notices({ expired, signIn }: { expired: boolean; signIn: () => void }) {
  const online = useOnline();
  return (
    <>
      {!online && (
        <p class="notice" role="status">
          This device is offline. The figures are from when it was last online.
        </p>
      )}
      {expired && (
        <p class="notice" role="alert">
          Your sign-in has expired.{" "}
          <button type="button" class="button" onClick={signIn}>
            Sign in again
          </button>
        </p>
      )}
    </>
  );
}

function useOnline(): boolean {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const changed = () => setOnline(navigator.onLine);
    for (const event of ["online", "offline"]) window.addEventListener(event, changed);
    return () => {
      for (const event of ["online", "offline"]) window.removeEventListener(event, changed);
    };
  }, []);
  return online;
}

function NoSales() {
  return (
    <div class="card">
      <h1 class="page-title">This account has no sales</h1>
      <Empty title="This account sold nothing in the last year.">
        Sellers see their sales here as soon as their first order is paid. If you only buy in this shop, there is
        nothing for you here. If you manage the shop, sign in with an account that is in the group “admin”.
      </Empty>
    </div>
  );
}

function NoSuchPage() {
  return (
    <div class="card">
      <h1 class="page-title">Page not found</h1>
      <Empty title="The address may be mistyped, or this account may not see the page.">
        Go back to <a href={link("")}>the first page</a>.
      </Empty>
    </div>
  );
}
