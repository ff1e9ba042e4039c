/** A training whose numbers are none any more: the same step would end so again. */
import { Problem } from '../../shared/problem.ts';

export class Diverged extends Problem {}
