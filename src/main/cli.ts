// The command line: the same services as the window.
import { main } from './cli/main.ts';

// who reads no further, as `| head` does, does not stop the work
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await main(process.argv.slice(2));
