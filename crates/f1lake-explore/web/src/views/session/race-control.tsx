import { useMemo } from "preact/hooks";
import { setCursor } from "../../charts/cursor";
import { useSessionClock } from "../../clock";
import { Chip } from "../../components/controls";
import { Panel } from "../../components/panel";
import { State } from "../../components/state";
import { plural, utcTime, wallTime } from "../../format";
import { useParam } from "../../param";
import { isRace } from "../../session";
import { useObjects, useView } from "../../use-view";
import type { SessionViewProps } from "../types";
import { KindMark, MessageMark } from "./message-mark";
import { calmMessage, isTurningPoint, MESSAGE_KINDS } from "./messages";
import type { Message } from "./messages";

/** Messages of race control, newest first, with chips for their kinds. */
export function RaceControl({ session }: SessionViewProps) {
  const params = { session_key: session.session_key };
  const view = useView("session_race_control", params);
  const messages = useObjects<Message>(view.rows);
  const clock = useSessionClock(session);
  const [hide, setHide] = useParam("hide", "blue");
  const hidden = useMemo(() => new Set(hide.split(",").filter(Boolean)), [hide]);
  const shown = messages.filter((message) => !hidden.has(message.kind));
  const kinds = MESSAGE_KINDS.map((kind) => ({
    ...kind,
    count: messages.filter((message) => message.kind === kind.kind).length,
  }));

  const toggle = (kind: string, isOn: boolean) => {
    const next = new Set(hidden);
    if (isOn) next.delete(kind);
    else next.add(kind);
    setHide(MESSAGE_KINDS.flatMap((other) => (next.has(other.kind) ? [other.kind] : [])).join(","));
  };
  const point = (message: Message | null) => {
    const second = message && clock.seconds(message.date);
    const isInside = second !== null && second >= 0 && message !== null && message.date <= clock.end;
    setCursor("time", isInside ? second : null);
    if (clock.laps.length) setCursor("lap", isInside ? clock.lapAt(second) : null);
  };
  return (
    <Panel class="c4" title="Race control" sql={{ name: "session_race_control", params }} view={view} isFlush>
      {messages.length ? (
        <>
          <div class="chips feed-chips" role="group" aria-label="Messages shown">
            {kinds
              .filter(({ count }) => count > 0)
              .map(({ kind, words, count }) => (
                <Chip key={kind} isOn={!hidden.has(kind)} onChange={(isOn) => toggle(kind, isOn)}>
                  <KindMark kind={kind} />
                  {words} {count}
                </Chip>
              ))}
          </div>
          <ol class="feed" tabIndex={0} aria-label="Messages, newest first" onMouseLeave={() => point(null)}>
            {shown.map((message, i) => (
              <li
                key={`${message.date}/${i}`}
                class={isTurningPoint(message) ? "mark" : undefined}
                onMouseEnter={() => point(message)}
              >
                <time title={utcTime(message.date)}>{wallTime(message.date, session.gmt_offset)}</time>
                <span class="lap">
                  {message.lap_number !== null &&
                    isRace(session) &&
                    message.date >= clock.start &&
                    `L${message.lap_number}`}
                </span>
                <MessageMark message={message} />
                <span>{calmMessage(message.message)}</span>
              </li>
            ))}
          </ol>
          {shown.length === 0 && <p class="note">{plural(messages.length, "message")}, all hidden by the chips.</p>}
        </>
      ) : (
        <State title="No race control for this session" text="The lake has no messages of it." />
      )}
    </Panel>
  );
}
