// The model at the labeller's side: one detector kept ready, and what is asked of it.
import type { SurveyProgress } from '../../shared/contract/glass-box.ts';
import type { SuggestingProgress } from '../../shared/contract/suggestions.ts';
import { DetectorProcess } from '../trainer/launch-detector.ts';
import { Suggesting } from './suggesting.ts';
import { Survey } from './survey.ts';

export class Assistant {
  readonly detector = new DetectorProcess();
  readonly suggesting: Suggesting;
  readonly survey: Survey;

  /** Told of every change of a job. */
  constructor(told: {
    readonly onSuggesting: (progress: SuggestingProgress) => void;
    readonly onSurvey: (progress: SurveyProgress) => void;
  }) {
    this.suggesting = new Suggesting(this.detector, told.onSuggesting);
    this.survey = new Survey(this.detector, told.onSurvey);
  }

  /** Ends what is under way, before the project is closed; what was found stays. */
  async end(): Promise<void> {
    await Promise.all([this.suggesting.end(), this.survey.end()]);
    this.detector.close();
  }
}
