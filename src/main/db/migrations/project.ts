// project.db: its identity and its migrations in order.
import * as project from './project/0001-project.ts';
import * as runNotes from './project/0002-run-notes.ts';
import * as suggestions from './project/0003-suggestions.ts';
import * as scoreThreshold from './project/0004-score-threshold.ts';
import * as pictureHashes from './project/0005-picture-hashes.ts';
import * as metricBuckets from './project/0006-metric-buckets.ts';
import * as keptDetections from './project/0007-kept-detections.ts';
import * as boxOrder from './project/0008-box-order.ts';
import * as counting from './project/0009-counting.ts';
import * as largeImports from './project/0010-large-imports.ts';
import * as rankFacts from './project/0011-rank-facts.ts';
import * as evaluationFacts from './project/0012-evaluation-facts.ts';
import * as metricMeans from './project/0013-metric-means.ts';
import * as trainedTime from './project/0014-trained-time.ts';

export const projectSchema = {
  applicationId: 0x44444f50, // "DDOP"
  migrations: [
    project,
    runNotes,
    suggestions,
    scoreThreshold,
    pictureHashes,
    metricBuckets,
    keptDetections,
    boxOrder,
    counting,
    largeImports,
    rankFacts,
    evaluationFacts,
    metricMeans,
    trainedTime,
  ],
};
