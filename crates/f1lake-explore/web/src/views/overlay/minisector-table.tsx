import { DataTable } from "../../components/data-table";
import { Known, NotKnown } from "../../components/unknown";
import { sector, signed } from "../../format";
import type { OverlayMeta } from "../../api";
import type { OverlayData } from "./data";
import type { SlotStyle } from "./slot-style";

type Part = OverlayMeta["minisectors"][number];

interface Props {
  data: OverlayData;
  styles: readonly SlotStyle[];
  onOpen?: (part: Part) => void;
}

const HEIGHT = 340;

/** The parts of the lap with their times; Enter zooms the strips to one. */
export function MinisectorTable({ data, styles, onOpen }: Props) {
  return (
    <DataTable
      caption="Minisectors"
      class="parts"
      rows={data.meta.minisectors}
      height={HEIGHT}
      onOpen={onOpen}
      columns={[
        { name: "from", head: "From, m", isNumber: true, isRowHead: true, cell: (part) => signed(part.from, 0) },
        { name: "sector", head: "S", title: "Sector", isNumber: true, cell: (part) => part.sector },
        ...styles.map((style, slot) => ({
          name: `time_${slot}`,
          head: `${style.letters}, s`,
          isNumber: true,
          cell: (part: Part) => {
            const time = part.times[slot] ?? null;
            return part.best === slot ? <b>{sector(time)}</b> : <Known value={time}>{sector}</Known>;
          },
        })),
        {
          name: "lead",
          head: "Lead, s",
          title: "Of the fastest; not known within the noise",
          isNumber: true,
          cell: (part) => (part.best === null ? <NotKnown /> : sector(part.lead)),
        },
        {
          name: "noise",
          head: "Noise, s",
          isNumber: true,
          isLow: true,
          cell: (part) => <Known value={part.noise}>{sector}</Known>,
        },
      ]}
    />
  );
}
