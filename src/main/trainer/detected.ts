// What a detection found, told and heard a few images at a time: one message cannot hold the finds of a large data set.
import type { DetectionEvent, DetectionResult, FoundObjects } from './job.ts';

const IMAGES_A_MESSAGE = 64;

export function sayDetected(
  { images, ...rest }: DetectionResult,
  say: (event: DetectionEvent) => void,
): void {
  for (let from = 0; from < images.length; from += IMAGES_A_MESSAGE)
    say({ type: 'found', images: images.slice(from, from + IMAGES_A_MESSAGE) });
  say({ type: 'detected', result: rest });
}

/** Hears every event of a detection; gives the result once it is whole. */
export function detectionHearer(): (event: DetectionEvent) => DetectionResult | undefined {
  const images: FoundObjects[] = [];
  return (event) => {
    if (event.type === 'found') for (const found of event.images) images.push(found);
    return event.type === 'detected' ? { ...event.result, images } : undefined;
  };
}
