import type { Ref } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import type { AlertView, MySchool } from "./answers.ts";
import type { Trouble } from "./api.ts";
import { formatsOf, todayAt, useSite } from "./context.ts";
import { keepDraft, takeDraft, type Draft } from "./drafts.ts";
import { Empty, StudentLink } from "./parts.tsx";
import { isPassing, useSending } from "./sending.ts";
import { addDays } from "../domain/school-day.ts";
import { RULE_IDS } from "../domain/words.ts";

/** Alerts with what can be done about them. */
export function AlertList({
  school,
  alerts,
  changed,
}: {
  school: MySchool;
  alerts: readonly AlertView[];
  changed: () => Promise<void>;
}) {
  const { words } = useSite();
  const [said, say] = useState("");
  const status = useRef<HTMLParagraphElement>(null);
  const saved = async () => {
    say(words.alerts.saved);
    // the alert that was answered may be gone from the list, and what had the focus with it
    status.current?.focus();
    await changed();
    // the last one of a section took the whole section with it
    if (status.current?.isConnected !== true) document.querySelector<HTMLElement>("#main")?.focus();
  };
  return (
    <>
      <p role="status" class="said" tabIndex={-1} ref={status}>
        {said}
      </p>
      {alerts.length === 0 ? (
        <Empty what={words.today.noAlerts} />
      ) : (
        <ul class="alerts">
          {alerts.toSorted(byUrgency).map((alert) => (
            <AlertItem key={alert.id} {...{ school, alert, saved }} />
          ))}
        </ul>
      )}
    </>
  );
}

/** In the order in which a digest tells them; of one rule the latest first. */
const byUrgency = (a: AlertView, b: AlertView) =>
  RULE_IDS.indexOf(a.rule) - RULE_IDS.indexOf(b.rule) || b.first_day.localeCompare(a.first_day);

type Item = { school: MySchool; alert: AlertView; saved: () => Promise<void> };
type Asked = "acknowledge" | "snooze";

function AlertItem({ school, alert, saved }: Item) {
  const { words, me, names } = useSite();
  const { day } = formatsOf(words);
  const draft = useMemo(() => takeDraft(school.school_id, alert.id), [school.school_id, alert.id]);
  const [asked, ask] = useState<Asked | undefined>(draft?.asked);
  const opener = useRef<HTMLButtonElement>(null);
  const { school_id } = school;
  const last = alert.history.findLast(({ note }) => note !== undefined);
  const isStudent = alert.about === "student";
  const who = isStudent
    ? (names.get(alert.subject) ?? alert.subject)
    : (me.names.providers[alert.subject] ?? alert.subject);
  return (
    <li class={alert.standing}>
      <p>
        <strong>{words.rules[alert.rule]}</strong>{" "}
        <span class={`standing ${alert.standing}`}>{words.standing[alert.standing]}</span>
        <br />
        {isStudent ? <StudentLink school_id={school_id} student_id={alert.subject} /> : who}{" "}
        <span class="quiet">
          {words.alerts.since} {day(alert.first_day)}
        </span>
      </p>
      {last?.note !== undefined && <p class="note">{last.note}</p>}
      {alert.standing !== "resolved" && asked === undefined && (
        <Buttons {...{ school, alert, saved, ask, opener }} about={`${words.rules[alert.rule]}, ${who}`} />
      )}
      {asked !== undefined && (
        <AnswerForm
          {...{ school, alert, asked }}
          {...(draft !== undefined && { draft })}
          done={async (isSaved) => {
            ask(undefined);
            if (isSaved) return saved();
            // the buttons are there again after the next render
            requestAnimationFrame(() => opener.current?.focus());
          }}
        />
      )}
    </li>
  );
}

type Choosing = Item & {
  /** What a button is about, for who hears it without seeing where it stands. */
  about: string;
  ask: (asked: Asked) => void;
  opener: Ref<HTMLButtonElement>;
};

function Buttons({ school, alert, saved, about, ask, opener }: Choosing) {
  const { words } = useSite();
  const isOpen = alert.standing === "open";
  const { trouble, send } = useSending(answerPath(school, alert, "reopen"), saved);
  return (
    <>
      <p class="buttons">
        {alert.standing !== "acknowledged" && (
          <button
            type="button"
            ref={opener}
            aria-label={`${words.alerts.acknowledge}: ${about}`}
            onClick={() => ask("acknowledge")}
          >
            {words.alerts.acknowledge}
          </button>
        )}
        <button
          type="button"
          class="plain"
          ref={isOpen ? undefined : opener}
          aria-label={`${words.alerts.snooze}: ${about}`}
          onClick={() => ask("snooze")}
        >
          {words.alerts.snooze}
        </button>
        {!isOpen && (
          <button
            type="button"
            class="plain"
            aria-label={`${words.alerts.reopen}: ${about}`}
            onClick={() => void send({})}
          >
            {words.alerts.reopen}
          </button>
        )}
      </p>
      {trouble !== undefined && <Unsaved trouble={trouble} signIn={() => undefined} />}
    </>
  );
}

const answerPath = ({ school_id }: MySchool, { id }: AlertView, what: Asked | "reopen") =>
  `/v1/schools/${encodeURIComponent(school_id)}/alerts/${encodeURIComponent(id)}/${what}`;

/** Why an answer is not stored, with the step that helps. */
function Unsaved({ trouble, signIn: keep }: { trouble: Trouble; signIn: () => void }) {
  const { words, signIn } = useSite();
  const leave = () => {
    keep();
    signIn();
  };
  const says = isPassing(trouble) ? words.alerts.retrying : words.trouble[trouble];
  return (
    <p role="alert">
      {trouble === "refused" ? words.alerts.noteRefused : says}{" "}
      {trouble === "signed-out" && (
        <button type="button" onClick={leave}>
          {words.signIn}
        </button>
      )}
    </p>
  );
}

type Form = Pick<Item, "school" | "alert"> & {
  asked: Asked;
  /** What was written before the reader had to sign in again. */
  draft?: Draft;
  done: (saved: boolean) => Promise<void>;
};

function AnswerForm({ school, alert, asked, draft, done }: Form) {
  const { words } = useSite();
  const form = useRef<HTMLFormElement>(null);
  const tomorrow = addDays(todayAt(school.time_zone), 1);
  const { trouble, busy, send } = useSending(answerPath(school, alert, asked), () => done(true));
  const written = () => {
    const fields = new FormData(form.current ?? undefined);
    const text = (name: string) => {
      const value = fields.get(name);
      return typeof value === "string" ? value.trim() : "";
    };
    return {
      ...(text("note") !== "" && { note: text("note") }),
      ...(asked === "snooze" && { until: text("until") }),
    };
  };
  const keep = () => keepDraft({ school_id: school.school_id, alert: alert.id, asked, ...written() });
  return (
    <form
      class="answer"
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        void send(written());
      }}
      aria-label={words.alerts[asked]}
    >
      {asked === "snooze" && (
        <label>
          {words.alerts.until}
          <input type="date" name="until" required min={tomorrow} defaultValue={draft?.until ?? tomorrow} />
        </label>
      )}
      <label>
        {words.alerts.note}
        <input
          type="text"
          name="note"
          maxLength={1000}
          placeholder={words.alerts.noteHint}
          defaultValue={draft?.note ?? ""}
          ref={focused}
        />
      </label>
      {trouble !== undefined && <Unsaved trouble={trouble} signIn={keep} />}
      <p class="buttons">
        <button type="submit" disabled={busy}>
          {words.alerts.send}
        </button>
        <button type="button" class="plain" onClick={() => void done(false)}>
          {words.alerts.cancel}
        </button>
      </p>
    </form>
  );
}

const focused = (field: HTMLInputElement | null) => field?.focus();
