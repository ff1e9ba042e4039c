// ddod bench: runs the benchmarks under bench/ one after the other and gathers what they print.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Problem } from '../../shared/problem.ts';
import { type Console, WrongUsage } from './console.ts';

const folder = fileURLToPath(new URL('../../../bench', import.meta.url));

/** Each benchmark prints one JSON document; a benchmark that fails fails the command. */
export async function runBenchmarks(only: string | undefined, console: Console): Promise<void> {
  const names = existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith('.ts'))
        .map((file) => file.replace('.ts', ''))
    : [];
  const chosen = names.filter((name) => only === undefined || name === only);
  if (chosen.length === 0) {
    throw new WrongUsage(`There is no benchmark ${only ?? ''}.`, `Choose one of ${names.join(', ')}.`);
  }
  const results: Record<string, unknown> = {};
  for (const name of chosen) {
    console.note(`bench/${name} ...`);
    results[name] = JSON.parse(await outputOf(join(folder, `${name}.ts`)));
  }
  console.result(results, JSON.stringify(results, null, 2));
}

function outputOf(file: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
    const end = () => void child.kill();
    process.once('exit', end);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
    child.on('error', reject);
    child.on('close', (code) => {
      process.off('exit', end);
      if (code === 0) resolve(output);
      else reject(new Problem(`The benchmark ${file} ended with exit code ${code}.`));
    });
  });
}
