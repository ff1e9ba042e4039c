// ddod demo, doctor, bench, serve.
import { type Command, Option } from 'commander';
import { naturalNumber } from './arguments.ts';
import { runBenchmarks } from './bench.ts';
import type { Console } from './console.ts';
import { demo } from './demo.ts';
import { runDoctor } from './doctor.ts';

export function addOtherVerbs(program: Command, console: Console): void {
  program
    .command('demo')
    .description('the whole job on sample data: import, fine-tune, evaluate, export, predict')
    .option('--data <dir>', 'a labelled dataset in place of the sample')
    .option('--out <dir>', 'where everything goes', 'ddod-demo')
    .option('--epochs <n>', 'passes over the training images', naturalNumber)
    .option('--json', 'one JSON document on stdout')
    .action((options) => demo(options, console));
  program
    .command('doctor')
    .description('what was found on this computer, proved by a convolution')
    .option('--json', 'one JSON document on stdout')
    .action(async ({ json = false }: { json?: boolean }) => {
      console.exitCode = await runDoctor({ json });
    });
  program
    .command('bench')
    .description('the benchmarks of the repository, each against a peer')
    .addOption(new Option('--only <name>', 'one of them'))
    .option('--json', 'one JSON document on stdout')
    .action(({ only }: { only?: string }) => runBenchmarks(only, console));
  program
    .command('serve')
    .description('the window in a browser')
    .requiredOption('--project <dir>', 'the project')
    .option('--port <n>', 'where to listen; any free port by default', naturalNumber)
    .option('--host <name>', 'on which address', '127.0.0.1')
    .action((options: { project: string; port?: number; host: string }) => serve(options, console));
}

/** Serves the window until the process is told to end. */
async function serve(
  options: { project: string; port?: number; host: string },
  console: Console,
): Promise<void> {
  const { startServer } = await import('../serve.ts');
  const server = await startServer(options);
  console.result({ link: server.link }, `DDOD Studio is open at\n  ${server.link}`);
  await new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await server.close();
}
