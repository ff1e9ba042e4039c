// Ctrl-C, and being told to end, for verbs that have nothing to save: said as a document where one is wanted, exit code 130.
import { type Console, Interrupted } from './console.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Until the returned function is called, a signal ends the process, unless a verb listens to it and ends its work itself.
 * Processes of its own end with it.
 */
export function endOnSignals(console: Console): () => void {
  const listeners = SIGNALS.map((signal) => {
    const before = process.listenerCount(signal);
    const end = () => {
      if (process.listenerCount(signal) > before + 1) return;
      console.interrupted();
      // what was said is written first
      process.stdout.write('', () => process.exit(130));
    };
    process.on(signal, end);
    return () => void process.off(signal, end);
  });
  return () => {
    for (const forget of listeners) forget();
  };
}

/** Calls `listener` at every signal, until the returned function is called. */
export function onSignals(listener: () => void): () => void {
  for (const signal of SIGNALS) process.on(signal, listener);
  return () => {
    for (const signal of SIGNALS) process.off(signal, listener);
  };
}

/** Does work that a signal stops: it is told and tidies up, then Interrupted is thrown. */
export async function stoppable<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const forget = onSignals(() => stop.abort());
  try {
    return await work(stop.signal);
  } catch (error) {
    throw stop.signal.aborted ? new Interrupted() : error;
  } finally {
    forget();
  }
}
