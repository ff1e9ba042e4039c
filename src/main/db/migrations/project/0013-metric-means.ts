// What the 32 steps of a bucket come to: their mean beside their extremes, so that a long curve can be smoothed as it is.
export const version = 13;
export const name = 'metric-means';

// neither NaN, which is null here, nor infinite
const numbers = 'FILTER (WHERE abs(value) < 9e999)';

export const sql = `
ALTER TABLE metric_bucket DROP COLUMN low_step;
ALTER TABLE metric_bucket DROP COLUMN low_epoch;
ALTER TABLE metric_bucket DROP COLUMN high_step;
ALTER TABLE metric_bucket DROP COLUMN high_epoch;
ALTER TABLE metric_bucket ADD COLUMN last_step INTEGER NOT NULL DEFAULT 0;
-- of the values that are numbers; low and high are null where there is none
ALTER TABLE metric_bucket ADD COLUMN count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE metric_bucket ADD COLUMN total REAL NOT NULL DEFAULT 0;
UPDATE metric_bucket SET (last_step, count, total, low, high) =
  (SELECT max(step), count(value) ${numbers}, coalesce(sum(value) ${numbers}, 0), min(value) ${numbers}, max(value) ${numbers}
    FROM metric WHERE metric.series = metric_bucket.series
      AND step BETWEEN metric_bucket.bucket * 32 AND metric_bucket.bucket * 32 + 31);
`;
