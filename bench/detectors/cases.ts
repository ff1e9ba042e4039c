// The cases of bench/train-step and bench/inference. Both sides build theirs from the same lines.
export const detectors = ['ddod', 'atss'] as const;
export type DetectorKind = (typeof detectors)[number];

export interface Case {
  readonly backbone: 'lite0' | 'r18' | 'r50';
  readonly channels: number;
  readonly classes: number;
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  /** Rows of GOLDEN_DIR's tables with what mmdet took for the same work. */
  readonly published: Partial<Record<DetectorKind, { readonly file: string; readonly row: string }>>;
}

type Work = Omit<Case, 'batch' | 'published'>;

const lite0: Work = { backbone: 'lite0', channels: 128, classes: 3, height: 256, width: 320 };
const r18: Work = { backbone: 'r18', channels: 256, classes: 80, height: 512, width: 512 };
const r50: Work = { ...r18, backbone: 'r50' };

const speed = (row: string) => ({ file: 'torch-speed.md', row });
const run = (row: string) => ({ file: 'reference-run.md', row });
const steps = (row: string) => ({ ddod: speed(row), atss: speed(`${row} use_dcn=False`) });

export const trainCases: Readonly<Record<string, Case>> = {
  lite0_b8_320x256: { ...lite0, batch: 8, published: { ddod: run('DDOD'), atss: run('ATSS(IoU)') } },
  r50_b2_512x512: { ...r50, batch: 2, published: steps('train_r50_b2_512x512') },
  r18_b2_512x512: { ...r18, batch: 2, published: steps('train_r18_b2_512x512') },
};

export const inferenceCases: Readonly<Record<string, Case>> = {
  lite0_b1_320x256: { ...lite0, batch: 1, published: {} },
  r50_b1_512x512: { ...r50, batch: 1, published: { ddod: speed('infer_r50_512x512') } },
  r18_b1_512x512: { ...r18, batch: 1, published: { ddod: speed('infer_r18_512x512') } },
};
