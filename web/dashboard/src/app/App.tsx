/** The root of the dashboard: signs in, then shows the shell with the page of the address. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { Client } from "../api/client";
import { Session, type SignIn } from "../auth/session";
import { ErrorBoundary } from "./ErrorBoundary";
import { Shell } from "./Shell";
import { SignInFailed, SignInPage, Starting } from "./SignInPage";

/** Opens the session and shows the view of its state. */
export function App() {
  const [session, setSession] = useState<Session | undefined>();
  const [signIn, setSignIn] = useState<SignIn>({ state: "starting" });
  useEffect(() => {
    Session.open().then(
      (opened) => {
        opened.watch(setSignIn);
        setSession(opened);
        void opened.begin();
      },
      (error: unknown) =>
        setSignIn({ state: "failed", message: error instanceof Error ? error.message : String(error) }),
    );
  }, []);
  const api = useMemo(
    () => new Client({ token: async () => session?.token(), refused: (token) => session?.refused(token) }),
    [session],
  );
  const enter = () => (session === undefined ? window.location.reload() : void session.signIn());
  return <ErrorBoundary>{viewOf(signIn, api, enter, () => void session?.signOut())}</ErrorBoundary>;
}

function viewOf(signIn: SignIn, api: Client, enter: () => void, leave: () => void) {
  if (signIn.state === "signed-in") {
    return <Shell api={api} identity={signIn.identity} expired={signIn.expired} signIn={enter} signOut={leave} />;
  }
  if (signIn.state === "failed") return <SignInFailed message={signIn.message} retry={enter} />;
  return signIn.state === "signed-out" ? (
    <SignInPage afterSignOut={signIn.reason === "sign-out"} signIn={enter} />
  ) : (
    <Starting />
  );
}
