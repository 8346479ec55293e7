import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Me, MySchool } from "./answers.ts";
import { LINK, useSite } from "./context.ts";
import { Names } from "./pages/names.tsx";
import { Settings } from "./pages/settings.tsx";
import { Student } from "./pages/student.tsx";
import { Today } from "./pages/today.tsx";
import { Weeks } from "./pages/weeks.tsx";
import { Title } from "./parts.tsx";

export type Route =
  | { page: "today"; school: MySchool; date: string | undefined }
  | { page: "weeks" | "settings"; school: MySchool }
  | { page: "student"; school: MySchool; student_id: string }
  | { page: "district" | "provider"; id: string }
  | { page: "names" | "nowhere" };

/** Where somebody begins: her school, else her district, else her provider. */
function homeOf({ schools, districts, providers, grants }: Me): string {
  const isDistrict = grants.some(({ role }) => role.startsWith("district") || role === "auditor");
  const [school, district, provider] = [schools[0], districts[0], providers[0]];
  if (isDistrict && district !== undefined) return LINK.district(district);
  if (school !== undefined) return LINK.today(school.school_id);
  return provider === undefined ? "" : LINK.provider(provider);
}

const decoded = (part: string) => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};
const DAY = /^\d{4}-\d{2}-\d{2}$/;

function placeOf(page: "district" | "provider", id: string, me: Me): Route {
  const reached = page === "district" ? me.districts : me.providers;
  return reached.includes(id) ? { page, id } : { page: "nowhere" };
}

function routeOf(hash: string, me: Me): Route {
  const [kind, id = "", page, more = ""] = (hash.length > 2 ? hash : homeOf(me))
    .slice(2)
    .split("/")
    .map(decoded);
  if (kind === "names") return { page: "names" };
  if (kind === "district" || kind === "provider") return placeOf(kind, id, me);
  const school = me.schools.find(({ school_id }) => school_id === id);
  if (kind !== "school" || school === undefined) return { page: "nowhere" };
  if (page === "student") return { page, school, student_id: more };
  if (page === "weeks" || page === "settings") return { page, school };
  return { page: "today", school, date: DAY.test(more) ? more : undefined };
}

export function useRoute(me: Me): Route {
  const [hash, turn] = useState(location.hash);
  useEffect(() => {
    const turned = () => {
      turn(location.hash);
      scrollTo(0, 0);
      // who listens to the page hears that it is another
      document.querySelector<HTMLElement>("#main")?.focus();
    };
    addEventListener("hashchange", turned);
    return () => removeEventListener("hashchange", turned);
  }, []);
  return routeOf(hash, me);
}

/** Pages with charts come when they are asked for, so that a site lead's phone does not wait for them. */
const LATER = {
  district: () =>
    import("./pages/district.tsx").then(({ District }) => ({ id }: { id: string }) => (
      <District key={id} district_id={id} />
    )),
  provider: () =>
    import("./pages/provider.tsx").then(({ Provider }) => ({ id }: { id: string }) => (
      <Provider key={id} provider_id={id} />
    )),
};

function Later({ page, id }: { page: keyof typeof LATER; id: string }) {
  const { words } = useSite();
  const [loaded, load] = useState<{ page: string; Loaded: ComponentType<{ id: string }> }>();
  const [failed, fail] = useState(false);
  useEffect(() => {
    LATER[page]().then(
      (Loaded) => load({ page, Loaded }),
      () => fail(true),
    );
  }, [page]);
  if (failed) return <Reload />;
  if (loaded?.page !== page) return <p class="wait">{words.wait}</p>;
  const { Loaded } = loaded;
  return <Loaded id={id} />;
}

/** What a version of the pages was made of is gone when a later one took its place, or the connection was. */
function Reload() {
  const { words } = useSite();
  return (
    <p class="trouble" role="alert">
      {words.partMissing}{" "}
      <button type="button" onClick={() => location.reload()}>
        {words.again}
      </button>
    </p>
  );
}

/** Somebody without any place has to be given one; somebody with one followed a link that is not hers. */
function Nowhere() {
  const { words, me } = useSite();
  const home = homeOf(me);
  const [name, help] = home === "" ? [words.noPlace, words.nowhere] : [words.foreign, words.foreignHelp];
  return (
    <>
      <Title name={name} />
      <p class="empty">
        {help} {home !== "" && <a href={home}>{words.home}</a>}
      </p>
    </>
  );
}

export function Page({ route }: { route: Route }) {
  switch (route.page) {
    case "today":
      return <Today key={route.school.school_id} school={route.school} date={route.date} />;
    case "weeks":
      return <Weeks key={route.school.school_id} school={route.school} />;
    case "settings":
      return <Settings key={route.school.school_id} school={route.school} />;
    case "student":
      return <Student key={route.student_id} school={route.school} student_id={route.student_id} />;
    case "district":
    case "provider":
      return <Later page={route.page} id={route.id} />;
    case "names":
      return <Names />;
    case "nowhere":
      return <Nowhere />;
  }
}
