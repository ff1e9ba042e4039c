// Tracks of CVAT videos: boxes of every frame, those between two given ones by linear interpolation.
import type { CvatTrack, CvatTrackBox } from './cvat-xml.ts';

/** More than an hour at 60 frames a second between two boxes is taken for a mistake. */
const longestGap = 216_000;

/** The visible boxes of a track by frame, in order. */
export function framesOfTrack(boxes: CvatTrack['boxes']): { frame: number; box: CvatTrackBox }[] {
  const given = boxes
    .filter(({ frame }) => Number.isInteger(frame) && frame >= 0)
    .sort((a, b) => a.frame - b.frame);
  return given.flatMap((box, index) => {
    if (box.outside) return [];
    const next = given[index + 1];
    const gap = next === undefined ? 1 : Math.min(next.frame - box.frame, longestGap);
    return Array.from({ length: Math.max(1, gap) }, (_, step) => ({
      frame: box.frame + step,
      box: step === 0 || next === undefined ? box : between(box, next, step / (next.frame - box.frame)),
    }));
  });
}

function between(from: CvatTrackBox, to: CvatTrackBox, part: number): CvatTrackBox {
  const mix = (a: number, b: number) => a + (b - a) * part;
  const [a, b] = [from.corners, to.corners];
  // the shorter way round
  const turn = ((((to.rotation - from.rotation + 180) % 360) + 360) % 360) - 180;
  return {
    ...from,
    corners: { x1: mix(a.x1, b.x1), y1: mix(a.y1, b.y1), x2: mix(a.x2, b.x2), y2: mix(a.y2, b.y2) },
    rotation: from.rotation + turn * part,
  };
}
