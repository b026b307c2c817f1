import { render } from "preact";
import { App } from "./app.js";
import "./styles/base.css";
import "./styles/page.css";
import "./styles/card.css";
import "./styles/strip.css";

const root = document.getElementById("app");
if (root) render(<App />, root);
