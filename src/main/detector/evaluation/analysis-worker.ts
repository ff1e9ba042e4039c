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
import { type HeirOf, labelledScene } from './labelled-scene.ts';
import { type KeptDetections, unpackDetections } from './packed-detections.ts';
import type { SceneColumns } from './scene-columns.ts';

/** Class names by id. */
type Names = readonly (readonly [number, string])[];

/** Which class an id stands for today; itself where it is not listed. */
type Heirs = readonly (readonly [number, number | null])[];

interface Labelled {
  readonly scene: SceneColumns;
  readonly names: Names;
  readonly heirs: Heirs;
}

/** What can be asked. Detections are read under a token first, then opened or compared with the labels of their images. */
export type AnalysisQuestion =
  /** `detail` is the deflated JSON that is kept with an evaluation; says which images it has. */
  | { readonly type: 'read'; readonly token: string; readonly detail: Uint8Array }
  | ({ readonly type: 'open'; readonly token: string } & Labelled)
  | { readonly type: 'intervals'; readonly token: string }
  | { readonly type: 'confusion'; readonly token: string; readonly score: number }
  | { readonly type: 'examples'; readonly token: string; readonly selector: Selector }
  | ({ readonly type: 'compare'; readonly first: string; readonly second: string } & Labelled);

export interface AnalysisAnswers {
  readonly read: readonly number[];
  readonly open: Figures;
  readonly intervals: Intervals;
  readonly confusion: ConfusionCounts;
  readonly examples: Examples;
  readonly compare: Comparison;
}

export type AnalysisReply =
  | { readonly id: number; readonly answer: AnalysisAnswers[keyof AnalysisAnswers] }
  | { readonly id: number; readonly message: string; readonly remedy: string | undefined };

const KEPT_OPEN = 6;

const port = parentPort;
if (port === null) throw new Error('analysis-worker runs in a worker thread');

const open = new Map<string, Analysis>();
/** Detections that were read and are neither opened nor compared yet. */
const read = new Map<string, KeptDetections>();

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
    case 'read': {
      const kept = detectionsIn(question.detail);
      keep(read, question.token, kept);
      return kept.imageIds;
    }
    case 'open': {
      const { token, scene, names, heirs } = question;
      const analysis = new Analysis(labelledScene(scene, taken(token), heirIn(heirs)));
      keep(open, token, analysis);
      return analysis.figures(new Map(names));
    }
    case 'intervals':
      return opened(question.token).intervals();
    case 'confusion':
      return opened(question.token).confusion(question.score);
    case 'examples':
      return opened(question.token).examples(question.selector);
    case 'compare': {
      const { first, second, scene, names, heirs } = question;
      return compare(taken(first), taken(second), { scene, names: new Map(names), heirOf: heirIn(heirs) });
    }
  }
}

function keep<T>(kept: Map<string, T>, token: string, value: T): void {
  kept.set(token, value);
  for (const old of [...kept.keys()].slice(0, -KEPT_OPEN)) kept.delete(old);
}

function taken(token: string): KeptDetections {
  const kept = read.get(token);
  read.delete(token);
  if (!kept) throw new Problem('These figures are no longer at hand.', 'Open the evaluation again.');
  return kept;
}

function heirIn(heirs: Heirs): HeirOf {
  const listed = new Map(heirs);
  return (classId) => {
    const heir = listed.get(classId);
    return heir === undefined ? classId : heir;
  };
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
