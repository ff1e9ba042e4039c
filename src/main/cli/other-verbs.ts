// ddod demo, doctor, bench, serve.
import { type Command, Option } from 'commander';
import { positiveInteger } from './arguments.ts';
import { runBenchmarks } from './bench.ts';
import type { Console } from './console.ts';
import { demo } from './demo.ts';
import { runDoctor } from './doctor.ts';
import { addServeVerb } from './serve-verb.ts';

export function addOtherVerbs(program: Command, console: Console): void {
  program
    .command('demo')
    .description('the whole job on sample data: import, fine-tune, evaluate, export, predict')
    .option('--data <dir>', 'a labelled dataset in place of the sample')
    .option('--out <dir>', 'where everything goes', 'ddod-demo')
    .option('--epochs <n>', 'passes over the training images', positiveInteger)
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
  addServeVerb(program, console);
}
