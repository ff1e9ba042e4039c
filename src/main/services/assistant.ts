// The model at the labeller's side: one detector kept ready, and what is asked of it.
import type { SuggestingProgress } from '../../shared/contract/suggestions.ts';
import { DetectorProcess } from '../trainer/launch-detector.ts';
import { Suggesting } from './suggesting.ts';

export class Assistant {
  readonly detector = new DetectorProcess();
  readonly suggesting: Suggesting;

  /** `told` hears of every change of a job. */
  constructor(told: (progress: SuggestingProgress) => void) {
    this.suggesting = new Suggesting(this.detector, told);
  }

  /** Ends what is under way, before the project is closed; what was found stays. */
  async end(): Promise<void> {
    await this.suggesting.end();
    this.detector.close();
  }
}
