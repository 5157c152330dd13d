import { defineConfig } from 'vite';

// Addresses are relative, so that the page works below any prefix; nothing is inlined, because its
// content-security policy takes scripts and styles from files alone.
export default defineConfig({
  base: './',
  build: {
    outDir: 'dist',
    target: 'es2021',
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
  },
});
