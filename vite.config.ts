// Builds the window: src/renderer -> out/renderer. Everything is bundled; styles are files, as the page's policy asks.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

export default defineConfig({
  root: 'src/renderer',
  base: './',
  plugins: [svelte({ configFile: '../../svelte.config.js' })],
  build: {
    outDir: '../../out/renderer',
    emptyOutDir: true,
    target: 'chrome114',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
