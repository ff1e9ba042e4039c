// The extremes of each 32 steps of a curve, so that many long curves can be shown at once.
export const version = 6;
export const name = 'metric-buckets';

const extremes = (which: 'min' | 'max') =>
  `SELECT series, step / 32 AS bucket, step, ${which}(value) AS value, epoch FROM metric GROUP BY series, step / 32`;

export const sql = `
-- a value is null where the bucket holds nothing but NaN
CREATE TABLE metric_bucket (
  series INTEGER NOT NULL REFERENCES metric_series (id) ON DELETE CASCADE,
  bucket INTEGER NOT NULL,
  low_step INTEGER NOT NULL,
  low REAL,
  low_epoch REAL NOT NULL,
  high_step INTEGER NOT NULL,
  high REAL,
  high_epoch REAL NOT NULL,
  PRIMARY KEY (series, bucket)
) STRICT, WITHOUT ROWID;
INSERT INTO metric_bucket
  SELECT series, bucket, lows.step, lows.value, lows.epoch, highs.step, highs.value, highs.epoch
  FROM (${extremes('min')}) AS lows JOIN (${extremes('max')}) AS highs USING (series, bucket);
`;
