// One command line from its arguments to its exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted.
import { Command, CommanderError } from 'commander';
import { Console, Interrupted, WrongUsage } from './console.ts';
import { addDataVerbs } from './data-verbs.ts';
import { endOnSignals } from './interruption.ts';
import { addModelVerbs } from './model-verbs.ts';
import { addOtherVerbs } from './other-verbs.ts';
import { addRunsVerb } from './runs-verb.ts';
import { addTrainVerbs } from './train-verbs.ts';

/** Runs one command line and returns its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const console = new Console(args.includes('--json'));
  const program = new Command('ddod')
    .description('Import images, fine-tune a DDOD detector on this computer, evaluate and export it.')
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({ writeErr: (text) => console.note(text.trimEnd()) });
  for (const add of [addDataVerbs, addTrainVerbs, addRunsVerb, addModelVerbs, addOtherVerbs])
    add(program, console);
  const letGo = endOnSignals(console);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return console.exitCode;
  } catch (error) {
    return exitCodeOf(error, console);
  } finally {
    letGo();
  }
}

function exitCodeOf(error: unknown, console: Console): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    // commander has said it on stderr
    console.answer({ error: error.message.replace(/^error: /, '') });
    return 2;
  }
  if (error instanceof Interrupted) {
    console.interrupted();
    return 130;
  }
  console.fail(error);
  return error instanceof WrongUsage ? 2 : 1;
}
