import { sector } from "../../format";
import type { OverlayData } from "./data";
import type { SlotStyle } from "./slot-style";

interface Props {
  data: OverlayData;
  styles: readonly SlotStyle[];
}

const bySeconds = (value: number) => `${sector(Math.abs(value))} s`;
const isZero = (value: number) => sector(Math.abs(value)) === "0.000";

/** Who is ahead, and where it was won: what people come for, in a sentence. */
export function Answer({ data, styles }: Props) {
  if (styles.length < 2) return <p class="answer">Add a second lap to see where time is won and lost.</p>;
  return (
    <p class="answer">
      {styles.length === 2 ? <Pair data={data} styles={styles} /> : <Several data={data} styles={styles} />}
    </p>
  );
}

function Pair({ data, styles }: Props) {
  const [reference, other] = [styles[0]?.words, styles[1]?.words];
  const deltas = data.meta.deltas[1] ?? [];
  const total = deltas.at(-1) ?? null;
  const atSecond = deltas.length === 3 ? (deltas[1] ?? null) : null;
  if (total === null) return null;
  if (atSecond === null) {
    return isZero(total) ? (
      <>
        {other} and {reference} need <b>the same time</b>; the sectors do not add up or are not known.
      </>
    ) : (
      <>
        {other} is{" "}
        <b>
          {bySeconds(total)} {total < 0 ? "faster" : "slower"}
        </b>{" "}
        over the lap than {reference}; the sectors do not add up or are not known.
      </>
    );
  }
  const inThird = total - atSecond;
  const place = isZero(atSecond) ? (
    <b>level</b>
  ) : (
    <b>
      {bySeconds(atSecond)} {atSecond < 0 ? "ahead" : "behind"}
    </b>
  );
  const isSame = !isZero(atSecond) && !isZero(inThird) && atSecond < 0 === inThird < 0;
  const change = isZero(inThird) ? (
    <b>neither gains nor loses</b>
  ) : (
    <b>
      {inThird < 0 ? "gains" : "loses"} {isSame ? "another " : ""}
      {bySeconds(inThird)}
    </b>
  );
  return (
    <>
      {other} is {place} after two sectors and {change} in the third.
    </>
  );
}

/** Of many laps the next and the last are named; all are in the table of sectors. */
function Several({ data, styles }: Props) {
  const order = data.meta.laps
    .map((lap, slot) => ({ time: lap.lap_duration ?? Infinity, words: styles[slot]?.words ?? "" }))
    .sort((a, b) => a.time - b.time);
  const [first, second, last] = [order[0], order[1], order.at(-1)];
  if (!first || !second || !last) return null;
  return (
    <>
      {first.words} is <b>{bySeconds(second.time - first.time)} faster</b> than {second.words}; {last.words} is last,{" "}
      <b>{bySeconds(last.time - first.time)} behind</b>.
    </>
  );
}
