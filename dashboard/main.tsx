import { render, type JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Me } from "./answers.ts";
import { apiOf, trust, type Api, type Trouble } from "./api.ts";
import { SiteContext, type Site } from "./context.ts";
import { Frame } from "./frame.tsx";
import { forgetNames, savedNames, type NameBook } from "./names.ts";
import { Page, useRoute } from "./routes.tsx";
import { signIn, type Session, type SignInConfig } from "./sign-in.ts";
import { chooseWords, wordsNow } from "./words/index.ts";

function App({
  session,
  api,
  me,
  saved,
}: {
  session: Session;
  api: Api;
  me: Me;
  saved: NameBook;
}): JSX.Element {
  const [words, say] = useState(wordsNow());
  const [names, renamed] = useState(saved);
  const route = useRoute(me);
  const site = useMemo<Site>(
    () => ({ api, me, words, names, renamed, signIn: () => void session.again() }),
    [session, api, me, words, names],
  );
  useEffect(() => {
    document.documentElement.lang = words.lang;
  }, [words]);
  const leave = async () => {
    if (names.size > 0 && confirm(words.names.leaving)) await forgetNames().catch(() => undefined);
    await session.leave();
  };
  const turn = () => {
    chooseWords(words.other.lang);
    say(wordsNow());
    document.documentElement.lang = wordsNow().lang;
  };
  return (
    <SiteContext.Provider value={site}>
      <Frame route={route} turn={turn} leave={() => void leave()}>
        <Page route={route} />
      </Frame>
    </SiteContext.Provider>
  );
}

type Failing = { trouble: Trouble; session?: Session };

/** Why there is no page, with the one step that helps: who has no access signs in as somebody else, and is not asked again. */
function Failed({ trouble, session }: Failing) {
  const words = wordsNow();
  const refused = trouble === "no-access" || trouble === "second-factor";
  return (
    <main>
      <h1>Rollcall</h1>
      <p class="trouble" role="alert">
        {words.trouble[trouble]}{" "}
        {refused && session !== undefined ? (
          <button type="button" onClick={() => void session.leave()}>
            {words.signInOther}
          </button>
        ) : (
          <button type="button" onClick={() => location.assign("/")}>
            {words.again}
          </button>
        )}
      </p>
    </main>
  );
}

const root = document.querySelector("#app");
const show = (what: JSX.Element) => {
  if (root === null) return;
  root.replaceChildren();
  render(what, root);
};

async function begin(): Promise<void> {
  document.documentElement.lang = wordsNow().lang;
  const names = savedNames();
  const response = await fetch("/config.json");
  const config: unknown = await response.json();
  trust<SignInConfig>(config);
  const session = await signIn(config);
  if (session === undefined) return;
  const api = apiOf(session);
  const me = await api.get<Me>("/v1/me");
  if ("trouble" in me) return show(<Failed trouble={me.trouble} session={session} />);
  show(<App session={session} api={api} me={me.data} saved={await names} />);
}

// the way back after signing out shows nothing of what was there
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) location.reload();
});

begin().catch(() => show(<Failed trouble={navigator.onLine ? "failed" : "offline"} />));
