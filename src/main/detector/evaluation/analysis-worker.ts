// A thread that looks at evaluations, so that nobody's window waits: keeps the last few open and answers questions on them.
import { parentPort } from 'node:worker_threads';
import { inflateSync } from 'node:zlib';
import type {
  Comparison,
  ConfusionCounts,
  Examples,
  Figures,
  Intervals,
  Selector,
} from '../../../shared/evaluation.ts';
import { Problem } from '../../../shared/problem.ts';
import { Analysis, compare } from './analysis.ts';
import { labelledScene, type SceneImage } from './labelled-scene.ts';
import { type KeptDetections, unpackDetections } from './packed-detections.ts';

/** Class names by id. */
type Names = readonly (readonly [number, string])[];

/** What can be asked; `detail` is the deflated JSON that is kept with an evaluation. */
export type AnalysisQuestion =
  | {
      readonly type: 'open';
      readonly token: string;
      readonly detail: Uint8Array;
      readonly images: readonly SceneImage[];
      readonly names: Names;
    }
  | { readonly type: 'intervals'; readonly token: string }
  | { readonly type: 'confusion'; readonly token: string; readonly score: number }
  | { readonly type: 'examples'; readonly token: string; readonly selector: Selector }
  | {
      readonly type: 'compare';
      readonly first: Uint8Array;
      readonly second: Uint8Array;
      readonly images: readonly SceneImage[];
      readonly names: Names;
    };

export interface AnalysisAnswers {
  readonly open: Figures;
  readonly intervals: Intervals;
  readonly confusion: ConfusionCounts;
  readonly examples: Examples;
  readonly compare: Comparison;
}

export type AnalysisReply =
  | { readonly id: number; readonly answer: AnalysisAnswers[keyof AnalysisAnswers] }
  | { readonly id: number; readonly message: string; readonly remedy: string | undefined };

const KEPT_OPEN = 4;

const port = parentPort;
if (port === null) throw new Error('analysis-worker runs in a worker thread');

const open = new Map<string, Analysis>();

port.on('message', ({ id, question }: { id: number; question: AnalysisQuestion }) => {
  port.postMessage(replyTo(id, question));
});

function replyTo(id: number, question: AnalysisQuestion): AnalysisReply {
  try {
    return { id, answer: answerTo(question) };
  } catch (error) {
    const remedy = error instanceof Problem ? error.remedy : undefined;
    return { id, message: error instanceof Error ? error.message : String(error), remedy };
  }
}

function answerTo(question: AnalysisQuestion): AnalysisAnswers[keyof AnalysisAnswers] {
  switch (question.type) {
    case 'open': {
      const { token, detail, images, names } = question;
      const analysis = new Analysis(labelledScene(images, detectionsIn(detail)));
      keep(token, analysis);
      return analysis.figures(new Map(names));
    }
    case 'intervals':
      return opened(question.token).intervals();
    case 'confusion':
      return opened(question.token).confusion(question.score);
    case 'examples':
      return opened(question.token).examples(question.selector);
    case 'compare': {
      const [first, second] = [detectionsIn(question.first), detectionsIn(question.second)];
      return compare(question.images, first, second, new Map(question.names));
    }
  }
}

function keep(token: string, analysis: Analysis): void {
  open.set(token, analysis);
  for (const old of [...open.keys()].slice(0, -KEPT_OPEN)) open.delete(old);
}

function opened(token: string): Analysis {
  const analysis = open.get(token);
  if (!analysis) throw new Problem('These figures are no longer at hand.', 'Open the evaluation again.');
  return analysis;
}

function detectionsIn(detail: Uint8Array): KeptDetections {
  const content = JSON.parse(inflateSync(detail).toString('utf8')) as { detections?: unknown } | null;
  const kept = unpackDetections(content?.detections);
  if (!kept)
    throw new Problem('This evaluation was made without keeping its detections.', 'Evaluate the run again.');
  return kept;
}
