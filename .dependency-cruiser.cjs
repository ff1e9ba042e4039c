// The arrows of ARCHITECTURE.md as named rules: who may import whom. Checked by `npm run check`.

const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    forbid('no-cycles', 'a cycle hides which part is the foundation', {}, { circular: true }),
    forbid('no-missing', 'imports resolve', {}, { couldNotResolve: true }),
    forbid(
      'shared-is-a-leaf',
      'src/shared runs in any process and imports nothing of ours',
      { path: '^src/shared/' },
      { path: '^(src|scripts|test|bench)/', pathNot: '^src/shared/' },
    ),
    forbid(
      'renderer-knows-shared-only',
      'the page reaches the rest through the contract',
      { path: '^src/renderer/' },
      { path: '^src/', pathNot: '^src/(renderer|shared)/' },
    ),
    forbid(
      'main-knows-no-renderer',
      'src/main runs without a page',
      { path: '^src/main/' },
      { path: '^src/renderer/' },
    ),
    forbid(
      'labeling-knows-no-framework',
      'the canvas engine is plain TypeScript',
      { path: '^src/renderer/labeling/' },
      { path: '(^node_modules/svelte/)|(\\.svelte$)' },
    ),
    forbid(
      'doors-open-the-backend',
      'the window and the server reach services through backend.ts',
      { path: '^src/main/(index|serve)\\.ts$' },
      { path: '^src/main/(services|db|formats|trainer|detector)/' },
    ),
    forbid(
      'routes-call-services',
      'a route checks who asks and calls a service; storage, formats and the training process are behind it',
      { path: '^src/main/routes/' },
      { path: '^src/main/', pathNot: '^src/main/(routes|services)/' },
    ),
    forbid(
      'server-and-shell-carry',
      'what lets a page in and hands it files knows the backend, not what is behind it',
      { path: '^src/main/(server|shell)/' },
      { path: '^src/main/(routes|services|db|formats|trainer|detector|cli)/' },
    ),
    forbid(
      'command-line-keeps-out-of-storage',
      'verbs call services; SQL tables and the training process are theirs',
      { path: '^src/main/cli(\\.ts$|/)' },
      { path: '^src/main/(db/|trainer/worker)' },
    ),
    forbid(
      'services-know-their-neighbours',
      'services -> db, formats, trainer/{launch,job}, detector/{evaluation,checkpoints}, free memory and the one source of chance',
      { path: '^src/main/services/' },
      {
        path: '^src/main/',
        pathNot:
          '^src/main/(services|db|formats|trainer/(launch|job|free-memory)|detector/(evaluation|checkpoints|data/(rng|hash-uniform)))',
      },
    ),
    forbid(
      'db-is-a-floor',
      'storage knows only the nouns',
      { path: '^src/main/db/' },
      { path: '^src/', pathNot: '^src/(main/db|shared)/' },
    ),
    forbid(
      'formats-are-pure',
      'text <-> model, nothing else',
      { path: '^src/main/formats/' },
      { path: '^src/', pathNot: '^src/(main/formats|shared)/' },
    ),
    forbid(
      'trainer-writes-checkpoints-alone',
      'training is a function of its job; of storage it knows checkpoints.db only',
      { path: '^src/main/trainer/' },
      {
        path: '^src/main/',
        pathNot: '^src/main/(trainer/|detector/|db/(checkpoint|database|open|sqlite-problem))',
      },
    ),
    forbid(
      'detector-is-a-library',
      'the detector knows tfjs, images and the nouns: not storage, services or doors',
      { path: '^src/main/detector/' },
      { path: '^src/', pathNot: '^src/(main/detector/|shared/(?!contract))' },
    ),
    forbid(
      'detector-runs-anywhere',
      'no Electron, SQLite or RPC in the detector',
      { path: '^src/main/detector/' },
      { path: '^node_modules/(electron|better-sqlite3|@orpc|ws|commander)/' },
    ),
    forbid(
      'one-door-to-tensorflow',
      'TensorFlow is loaded by detector/tf.ts alone; its types may be named elsewhere',
      { path: '^src/', pathNot: '^src/main/detector/tf\\.ts$' },
      { path: '^node_modules/@tensorflow/', dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'one-door-to-sqlite',
      'SQL lives in src/main/db',
      { path: '^(src|bench)/', pathNot: '^src/main/db/' },
      { path: '^node_modules/better-sqlite3/' },
    ),
    forbid(
      'one-door-to-electron',
      'Electron is imported in the shell, the entry and the preload',
      { path: '^src/', pathNot: '^src/main/(shell/|index\\.ts$|preload\\.ts$|trainer/launch)' },
      { path: '^node_modules/electron/' },
    ),
    forbid(
      'product-imports-no-tests',
      'what ships does not lean on tests, benchmarks or scripts',
      { path: '^src/' },
      { path: '^(test|bench|scripts)/' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.svelte', '.mjs', '.js', '.cjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
