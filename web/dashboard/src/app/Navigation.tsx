/** The navigation: a column beside the page, or a menu above it on a narrow screen. */
import { useLayoutEffect, useState } from "preact/hooks";
import { Select } from "../ui/Choice";
import { usePageContext } from "./context";
import { Logo } from "./Logo";
import { link, usePageLocation } from "./location";
import { PAGES, type Page } from "./pages";
import { type Preferences, type Theme, usePreferences, writePreferences } from "./preferences";

interface Props {
  page: Page | undefined;
  choose: (currency: string) => void;
  signOut: () => void;
}

/** Shows the pages that the user may see, and the settings. */
export function Navigation({ page, choose, signOut }: Props) {
  const [open, setOpen] = useState(false);
  const { identity } = usePageContext();
  // The links keep the chosen currency, which is in the address.
  usePageLocation();
  useLayoutEffect(() => setOpen(false), [page]);
  return (
    <header class="side">
      <div class="brand">
        <Logo />
        <span>Shopsignal</span>
        <button
          type="button"
          class="button menu-button"
          aria-expanded={open}
          aria-controls="menu"
          onClick={() => setOpen(!open)}
        >
          Menu
        </button>
      </div>
      <div id="menu" class={open ? "menu open" : "menu"}>
        <nav aria-label="Pages of the dashboard">
          <ul>
            {PAGES.filter((entry) => !entry.hidden && entry.roles.includes(identity.role)).map((entry) => (
              <li key={entry.path}>
                <a href={link(entry.path)} {...(entry === page ? { "aria-current": "page" as const } : {})}>
                  {entry.title}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <Settings choose={choose} />
        <div class="who">
          <span class="muted">{identity.role === "admin" ? "Administrator" : "Seller"}</span>
          <button type="button" class="text-button" onClick={signOut}>
            Sign out
          </button>
        </div>
      </div>
    </header>
  );
}

const THEMES: readonly (readonly [Theme, string])[] = [
  ["auto", "System"],
  ["light", "Light"],
  ["dark", "Dark"],
];

function Settings({ choose }: { choose: (currency: string) => void }) {
  const { currency, currencies, zone } = usePageContext();
  const preferences = usePreferences();
  const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zones: readonly (readonly [Preferences["zone"], string])[] = [
    ["browser", browserZone],
    ["UTC", "UTC"],
  ];
  return (
    <div class="settings">
      {currencies.length > 1 && (
        <Select
          label="Currency"
          value={currency ?? ""}
          options={currencies.map((code) => [code, code] as const)}
          choose={choose}
        />
      )}
      {browserZone === "UTC" ? (
        <span class="muted small">Times in {zone}</span>
      ) : (
        <Select
          label="Times in"
          value={preferences.zone}
          options={zones}
          choose={(zone) => writePreferences({ ...preferences, zone })}
        />
      )}
      <Select
        label="Theme"
        value={preferences.theme}
        options={THEMES}
        choose={(theme) => writePreferences({ ...preferences, theme })}
      />
    </div>
  );
}
