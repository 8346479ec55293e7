import { useRef, useState } from "preact/hooks";
import type { AlertView, MySchool } from "./answers.ts";
import type { Trouble } from "./api.ts";
import { formatsOf, todayAt, useSite } from "./context.ts";
import { Empty, StudentLink } from "./parts.tsx";
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

function AlertItem({ school, alert, saved }: Item) {
  const { words, me } = useSite();
  const { day } = formatsOf(words);
  const [asked, ask] = useState<"acknowledge" | "snooze">();
  const opener = useRef<HTMLButtonElement>(null);
  const { school_id } = school;
  const last = alert.history.findLast(({ note }) => note !== undefined);
  return (
    <li class={alert.standing}>
      <p>
        <strong>{words.rules[alert.rule]}</strong>{" "}
        <span class={`standing ${alert.standing}`}>{words.standing[alert.standing]}</span>
        <br />
        {alert.about === "student" ? (
          <StudentLink school_id={school_id} student_id={alert.subject} />
        ) : (
          (me.names.providers[alert.subject] ?? alert.subject)
        )}{" "}
        <span class="quiet">
          {words.alerts.since} {day(alert.first_day)}
        </span>
      </p>
      {last?.note !== undefined && <p class="note">{last.note}</p>}
      {alert.standing !== "resolved" && asked === undefined && (
        <p class="buttons">
          {alert.standing !== "acknowledged" && (
            <button type="button" ref={opener} onClick={() => ask("acknowledge")}>
              {words.alerts.acknowledge}
            </button>
          )}
          <button
            type="button"
            class="plain"
            ref={alert.standing === "acknowledged" ? opener : undefined}
            onClick={() => ask("snooze")}
          >
            {words.alerts.snooze}
          </button>
        </p>
      )}
      {asked !== undefined && (
        <AnswerForm
          {...{ school, alert, asked }}
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

type Form = Pick<Item, "school" | "alert"> & {
  asked: "acknowledge" | "snooze";
  done: (saved: boolean) => Promise<void>;
};

function AnswerForm({ school, alert, asked, done }: Form) {
  const { words, api } = useSite();
  const [trouble, setTrouble] = useState<Trouble>();
  const [busy, setBusy] = useState(false);
  const tomorrow = addDays(todayAt(school.time_zone), 1);
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    if (!(event.currentTarget instanceof HTMLFormElement)) return;
    const fields = new FormData(event.currentTarget);
    const text = (name: string) => {
      const value = fields.get(name);
      return typeof value === "string" ? value.trim() : "";
    };
    const body = {
      ...(text("note") !== "" && { note: text("note") }),
      ...(asked === "snooze" && { until: text("until") }),
    };
    setBusy(true);
    const path = `/v1/schools/${encodeURIComponent(school.school_id)}/alerts/${encodeURIComponent(alert.id)}/${asked}`;
    const answer = await api.post(path, body);
    setBusy(false);
    if ("trouble" in answer) setTrouble(answer.trouble);
    else await done(true);
  };
  return (
    <form class="answer" onSubmit={(event) => void send(event)} aria-label={words.alerts[asked]}>
      {asked === "snooze" && (
        <label>
          {words.alerts.until}
          <input type="date" name="until" required min={tomorrow} defaultValue={tomorrow} />
        </label>
      )}
      <label>
        {words.alerts.note}
        <input type="text" name="note" maxLength={1000} placeholder={words.alerts.noteHint} ref={focused} />
      </label>
      {trouble !== undefined && <p role="alert">{words.trouble[trouble]}</p>}
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
