import type { ComponentChildren } from "preact";
import { LINK, useSite } from "./context.ts";
import type { Route } from "./routes.tsx";

type Props = { route: Route; turn: () => void; leave: () => void; children: ComponentChildren };

/** What stands around every page: where one is, where one can go, and the way out. */
export function Frame({ route, turn, leave, children }: Props) {
  const { words } = useSite();
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => focusMain(event)}>
        {words.skip}
      </a>
      <header>
        <div class="bar">
          <strong class="logo">Rollcall</strong>
          <Places route={route} />
        </div>
        <Tabs route={route} />
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <footer>
        <a href={LINK.names}>{words.nav.names}</a>
        <button type="button" class="link" lang={words.other.lang} onClick={turn}>
          {words.other.name}
        </button>
        <button type="button" class="link" onClick={leave}>
          {words.nav.leave}
        </button>
      </footer>
    </>
  );
}

/** The hash names the page, so the link must not change it. */
function focusMain(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>("#main")?.focus();
}

/** Every place that the reader may see; one of them is left out. */
function Places({ route }: { route: Route }) {
  const { words, me } = useSite();
  const places = [
    ...me.districts.map((id) => ({ href: LINK.district(id), name: me.names.districts[id] ?? id })),
    ...me.schools.map(({ school_id, name }) => ({ href: LINK.today(school_id), name: name ?? school_id })),
    ...me.providers.map((id) => ({ href: LINK.provider(id), name: me.names.providers[id] ?? id })),
  ];
  const here = placeOf(route);
  if (places.length < 2) return <span>{places[0]?.name}</span>;
  const name = places.find(({ href }) => href === here)?.name ?? words.nav.place;
  return (
    <details class="places" key={here}>
      <summary>
        <span class="hidden">{words.nav.place}: </span>
        {name}
      </summary>
      <ul>
        {places.map(({ href, name: other }) => (
          <li>
            <a href={href} aria-current={href === here ? "page" : undefined}>
              {other}
            </a>
          </li>
        ))}
      </ul>
    </details>
  );
}

function placeOf(route: Route): string {
  if ("school" in route) return LINK.today(route.school.school_id);
  if (route.page === "district") return LINK.district(route.id);
  return route.page === "provider" ? LINK.provider(route.id) : "";
}

function Tabs({ route }: { route: Route }) {
  const { words } = useSite();
  if (!("school" in route)) return null;
  const { school_id, students } = route.school;
  const tabs = [
    { page: "today", href: LINK.today(school_id), name: words.nav.today },
    ...(students ? [{ page: "weeks", href: LINK.weeks(school_id), name: words.nav.weeks }] : []),
    { page: "settings", href: LINK.settings(school_id), name: words.nav.settings },
  ];
  return (
    <nav aria-label={words.nav.pages}>
      {tabs.map(({ page, href, name }) => (
        <a href={href} aria-current={page === route.page ? "page" : undefined}>
          {name}
        </a>
      ))}
    </nav>
  );
}
