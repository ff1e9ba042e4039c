// A thread that looks at evaluations, so that nobody's window waits: keeps the last few open and answers questions on them.
import { parentPort } from 'node:worker_threads';
import { inflateSync } from 'node:zlib';
import type {
  ComparedSelector,
  Comparison,
  ConfusionCounts,
  Examples,
  Figures,
  Intervals,
  Selector,
} from '../../../shared/evaluation.ts';
import { Problem } from '../../../shared/problem.ts';
import { Analysis } from './analysis.ts';
import { ComparedPair } from './comparison.ts';
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
  | { readonly type: 'examples'; readonly token: string; readonly selector: Selector; readonly from?: number }
  | ({
      readonly type: 'compare';
      /** For the comparison. */
      readonly token: string;
      readonly first: string;
      readonly second: string;
    } & Labelled)
  | {
      readonly type: 'compared';
      readonly token: string;
      readonly selector: ComparedSelector;
      readonly from?: number;
    };

export interface AnalysisAnswers {
  readonly read: readonly number[];
  readonly open: Figures;
  readonly intervals: Intervals;
  readonly confusion: ConfusionCounts;
  readonly examples: Examples;
  readonly compare: Comparison;
  readonly compared: Examples;
}

export type AnalysisReply =
  | { readonly id: number; readonly answer: AnalysisAnswers[keyof AnalysisAnswers] }
  | { readonly id: number; readonly message: string; readonly remedy: string | undefined };

const KEPT_OPEN = 6;

const port = parentPort;
if (port === null) throw new Error('analysis-worker runs in a worker thread');

const open = new Map<string, Analysis>();
const compared = new Map<string, ComparedPair>();
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
      return heldOf(open, question.token).intervals();
    case 'confusion':
      return heldOf(open, question.token).confusion(question.score);
    case 'examples':
      return heldOf(open, question.token).examples(question.selector, question.from ?? 0);
    case 'compare': {
      const { token, first, second, scene, names, heirs } = question;
      const on = { scene, names: new Map(names), heirOf: heirIn(heirs) };
      const pair = new ComparedPair(taken(first), taken(second), on);
      keep(compared, token, pair);
      return pair.figures();
    }
    case 'compared':
      return heldOf(compared, question.token).examples(question.selector, question.from ?? 0);
  }
}

function keep<T>(kept: Map<string, T>, token: string, value: T): void {
  kept.set(token, value);
  for (const old of [...kept.keys()].slice(0, -KEPT_OPEN)) kept.delete(old);
}

function taken(token: string): KeptDetections {
  const kept = heldOf(read, token);
  read.delete(token);
  return kept;
}

function heldOf<T>(kept: ReadonlyMap<string, T>, token: string): T {
  const held = kept.get(token);
  if (held === undefined)
    throw new Problem('These figures are no longer at hand.', 'Open the evaluation again.');
  return held;
}

function heirIn(heirs: Heirs): HeirOf {
  const listed = new Map(heirs);
  return (classId) => {
    const heir = listed.get(classId);
    return heir === undefined ? classId : heir;
  };
}

function detectionsIn(detail: Uint8Array): KeptDetections {
  const content = JSON.parse(inflateSync(detail).toString('utf8')) as { detections?: unknown } | null;
  const kept = unpackDetections(content?.detections);
  if (!kept)
    throw new Problem('This evaluation was made without keeping its detections.', 'Evaluate the run again.');
  return kept;
}
