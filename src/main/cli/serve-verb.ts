// ddod serve: the window in a browser, until the process is told to end.
import type { Command } from 'commander';
import { wholeNumber } from './arguments.ts';
import type { Console } from './console.ts';

interface ServeArguments {
  readonly project: string;
  readonly port?: number;
  readonly host: string;
}

const LAST_PORT = 65_535;

export function addServeVerb(program: Command, console: Console): void {
  program
    .command('serve')
    .description('the window in a browser; each browser wants a link of its own')
    .requiredOption('--project <dir>', 'the project')
    .option(
      '--port <n>',
      'where to listen; by default the port used last, or any free one',
      wholeNumber(0, LAST_PORT),
    )
    .option('--host <name>', 'on which address', '127.0.0.1')
    .option('--json', 'one JSON document on stdout: the first link')
    .action((options: ServeArguments) => serve(options, console));
}

async function serve(options: ServeArguments, console: Console): Promise<void> {
  const { linkText, startServer } = await import('../serve.ts');
  const onLink = (link: string, first: boolean) => {
    const text = linkText(link, first);
    if (first) console.result({ link }, text);
    else console.note(text);
  };
  const server = await startServer({ ...options, onLink });
  await new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await server.close();
}
