// The command line: the same services as the window.
import { main } from './cli/main.ts';

process.exitCode = await main(process.argv.slice(2));
