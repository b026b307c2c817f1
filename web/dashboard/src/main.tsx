/** Starts the dashboard. */
import { render } from "preact";
import { App } from "./app/App";
import { followLinks } from "./app/location";
import { applyTheme, readPreferences } from "./app/preferences";
import "./styles/theme.css";
import "./styles/layout.css";
import "./styles/parts.css";

applyTheme(readPreferences().theme);
followLinks();
const root = document.getElementById("app");
if (root !== null) render(<App />, root);
