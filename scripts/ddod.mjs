#!/usr/bin/env node
// The bin of the package: `npx ddod VERB ...`. With no set-up to do it adds a few tens of milliseconds.
import { runVerb } from './run.mjs';

process.exitCode = await runVerb('ddod', process.argv.slice(2));
