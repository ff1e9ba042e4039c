// The computer that trainings run on, as far as advice depends on it.
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { freeMB } from '../trainer/free-memory.ts';

export interface Computer {
  readonly gpu: boolean;
  readonly cores: number;
  /** Megabytes that may be taken without others being pushed out, limits of a container counted. */
  readonly freeMB: number;
}

/** The set-up chooses TensorFlow's build by the same signs. */
export function thisComputer({ DDOD_DEVICE: wanted }: NodeJS.ProcessEnv = process.env): Computer {
  const hasDriver = process.platform === 'linux' && existsSync('/proc/driver/nvidia/version');
  return {
    gpu: wanted ? wanted.startsWith('gpu') : hasDriver,
    cores: availableParallelism(),
    freeMB: freeMB(),
  };
}
