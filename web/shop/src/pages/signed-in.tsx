import { useEffect, useState } from "preact/hooks";
import { finishSignIn } from "../auth.js";
import { Link } from "../router.js";

/** The page to which the issuer redirects; continues to the page where the sign-in began. */
export function SignedInPage() {
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    finishSignIn().catch(() => setFailed(true));
  }, []);
  return (
    <div class="page-head">
      <h1>{failed ? "You are not signed in" : "Signing in…"}</h1>
      {failed && (
        <p>
          The sign-in was cancelled or took too long. <Link to="/">Continue as a guest</Link>, or sign in again.
        </p>
      )}
    </div>
  );
}
