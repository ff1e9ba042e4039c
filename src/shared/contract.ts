// Every request and every stream between the window and the backend. Inputs are checked by zod where they arrive;
// outputs are our own and only typed. Failures the user can cure come as PROBLEM with a sentence to show.
import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import { type EvaluatingProgress, evaluationContract } from './contract/evaluation.ts';
import { glance } from './contract/glances.ts';
import { glassBoxRequests, type SurveyProgress } from './contract/glass-box.ts';
import { historyContract } from './contract/history.ts';
import { bulk, galleryFilter } from './contract/images.ts';
import { imports } from './contract/imports.ts';
import { labelExports } from './contract/label-exports.ts';
import { modelExports } from './contract/model-exports.ts';
import { pictureContract } from './contract/pictures.ts';
import { places } from './contract/places.ts';
import { recipeContract } from './contract/recipes.ts';
import { id, label, path, project, request } from './contract/request.ts';
import { settingsContract } from './contract/settings.ts';
import { splits } from './contract/splits.ts';
import { type SuggestingProgress, suggestionRequests } from './contract/suggestions.ts';
import { runContract, type TrainingNotice } from './contract/training.ts';
import { weightContract } from './contract/weights.ts';
import { boxGestures } from './gestures.ts';
import {
  type Box,
  boxOrigins,
  type ImageRecord,
  type ImageState,
  imageStates,
  type LabelClass,
  type Project,
  type Rect,
  type Split,
  type Timestamp,
} from './model.ts';

export type { TrainingWishes } from './contract/recipes.ts';
export type { CurveData, LiveRun, LogLine, RunSummary } from './contract/training.ts';

const ids = z.array(id).max(1000);
const revision = z.number().int().min(0);
const colour = z.string().regex(/^#[0-9a-f]{6}$/);

const MOST_LAYERS = 1_000_000;
const boxInput = z.strictObject({
  id: id.optional(),
  classId: id,
  x: z.number(),
  y: z.number(),
  width: z.number().positive(),
  height: z.number().positive(),
  ignore: z.boolean().optional(),
  difficult: z.boolean().optional(),
  truncated: z.boolean().optional(),
  occluded: z.boolean().optional(),
  origin: z.enum(boxOrigins).optional(),
  score: z.number().min(0).max(1).optional(),
  z: z.number().int().min(-MOST_LAYERS).max(MOST_LAYERS).optional(),
});

export type { GalleryFilter } from './contract/images.ts';

const gesture = z.strictObject({
  project,
  imageId: id,
  revision,
  name: z.enum(boxGestures),
  put: z.array(boxInput).max(20_000).optional(),
  remove: z.array(id).max(20_000).optional(),
  state: z.enum(imageStates).optional(),
});
export type GestureInput = z.infer<typeof gesture>;

/** A step of undo or redo is the one that was told. */
const step = z.strictObject({ project, seq: z.number().int().min(1) });

export interface RecentProject {
  readonly dir: string;
  readonly name: string;
  readonly openedAt: Timestamp;
}

export interface StartState {
  readonly project: Project | null;
  readonly recent: readonly RecentProject[];
  /** Names this window in what others are told. */
  readonly session: string;
  /** Names the program that answers: one that was started again has another. */
  readonly birth: string;
  /** Nothing was ever opened here: the window then opens the drawn sample. */
  readonly firstStart: boolean;
  /** Where new projects go unless another folder is chosen. */
  readonly projectsFolder: string;
  /** A native folder dialog can be opened. */
  readonly hasFolderDialog: boolean;
  /** Folders can be shown in the system's file manager. */
  readonly hasFileManager: boolean;
}

/** A real dataset that can be had as a sample project. */
export interface SampleOffer {
  readonly id: string;
  readonly name: string;
  readonly text: string;
  readonly images: number;
  readonly author: string;
  readonly licence: string;
  readonly home: string;
  /** Bytes. */
  readonly size: number;
  /** It was downloaded before. */
  readonly isHere: boolean;
}

export interface FolderListing {
  readonly path: string;
  readonly parent: string | null;
  readonly folders: readonly string[];
  /** Files that may hold labels, where they were asked for. */
  readonly files: readonly string[];
  readonly isProject: boolean;
}

export interface Thumbnail {
  readonly image: ImageRecord;
  readonly boxes: readonly (Rect & { readonly classId: number; readonly ignore: boolean })[];
}

export interface ImageCounts {
  readonly total: number;
  readonly states: Readonly<Record<ImageState, number>>;
  readonly splits: Readonly<Record<Split | 'none', number>>;
}

export interface CountedClass extends LabelClass {
  readonly boxes: number;
  readonly images: number;
}

export interface SavedGesture {
  readonly seq: number;
  readonly revision: number;
  readonly state: ImageState;
  readonly boxes: readonly Box[];
}

/** What an undo or a redo did; null where there was nothing to do. */
export type Walked = {
  readonly gesture: string;
  readonly imageIds: readonly number[];
  readonly classesChanged: boolean;
} | null;

/** `from` is null where nobody noted it. */
export interface Brought {
  readonly images: number;
  readonly boxes: number;
  readonly from: string | null;
}

export interface NextStep {
  /** The journal's number of the gesture, which undo and redo have to name. */
  readonly seq: number;
  readonly gesture: string;
  /** It was done, or taken back, in another window that is open. */
  readonly elsewhere: boolean;
  /** What an import brought. */
  readonly imported?: Brought;
}

/** What `undo` and `redo` would do next; null where there is nothing. */
export type Ahead = { readonly undo: NextStep | null; readonly redo: NextStep | null };

/** Pushed to every window. */
export type Notice =
  | { readonly type: 'project'; readonly dir: string; readonly session: string }
  | { readonly type: 'labels'; readonly imageIds: readonly number[]; readonly session: string }
  | { readonly type: 'images' }
  | { readonly type: 'classes' }
  | {
      readonly type: 'work';
      readonly session: string;
      readonly done: number;
      readonly total: number;
      readonly what: string;
    }
  | { readonly type: 'suggesting'; readonly progress: SuggestingProgress }
  | { readonly type: 'survey'; readonly progress: SurveyProgress }
  | { readonly type: 'evaluating'; readonly progress: EvaluatingProgress }
  | TrainingNotice;

export const contract = {
  glassBox: glassBoxRequests,
  suggestions: suggestionRequests,
  watch: request.output(eventIterator(type<Notice>())),
  projects: {
    state: request.output(type<StartState>()),
    create: request.input(z.strictObject({ dir: path, name: label })).output(type<Project>()),
    open: request.input(z.strictObject({ dir: path })).output(type<Project>()),
    sample: request.output(type<Project>()),
    offers: request.output(type<readonly SampleOffer[]>()),
    /** null where another project was opened while this one was downloaded: it is here now. */
    openOffer: request.input(z.strictObject({ id: label })).output(type<Project | null>()),
    forget: request.input(z.strictObject({ dir: path })).output(type<void>()),
    glance,
  },
  folders: {
    list: request
      .input(z.strictObject({ path: path.optional(), files: z.boolean().optional() }))
      .output(type<FolderListing>()),
    choose: request
      .input(z.strictObject({ title: label, kind: z.enum(['folder', 'labels']) }))
      .output(type<string | null>()),
  },
  imports,
  images: {
    ids: request.input(galleryFilter).output(type<readonly number[]>()),
    thumbnails: request.input(z.strictObject({ ids })).output(type<readonly Thumbnail[]>()),
    counts: request.output(type<ImageCounts>()),
    labels: request
      .input(z.strictObject({ project, id }))
      .output(type<{ readonly image: ImageRecord; readonly boxes: readonly Box[] }>()),
  },
  annotations: {
    apply: request.input(gesture).output(type<SavedGesture>()),
    finish: request.input(z.strictObject({ project, imageId: id, revision })).output(type<SavedGesture>()),
    ahead: request.input(z.strictObject({ project })).output(type<Ahead>()),
    undo: request.input(step).output(type<Walked>()),
    redo: request.input(step).output(type<Walked>()),
  },
  classes: {
    list: request.output(type<readonly CountedClass[]>()),
    add: request.input(z.strictObject({ project, name: label })).output(type<LabelClass>()),
    rename: request.input(z.strictObject({ project, id, name: label })).output(type<void>()),
    recolour: request.input(z.strictObject({ project, id, colour })).output(type<void>()),
    /** A digit or a capital letter; null: the number of its place. Another class that has it goes without. */
    setKey: request
      .input(
        z.strictObject({
          project,
          id,
          key: z
            .string()
            .regex(/^[1-9A-Z]$/)
            .nullable(),
        }),
      )
      .output(type<void>()),
    reorder: request.input(z.strictObject({ project, ids: z.array(id).max(10_000) })).output(type<boolean>()),
    merge: request.input(z.strictObject({ project, from: id, into: id })).output(type<boolean>()),
    remove: request.input(z.strictObject({ project, id })).output(type<boolean>()),
  },
  bulk,
  splits,
  places,
  labelExports,
  modelExports,
  pictures: pictureContract,
  history: historyContract,
  settings: settingsContract,
  evaluations: evaluationContract,
  recipes: recipeContract,
  runs: runContract,
  weights: weightContract,
};

export type Contract = typeof contract;
