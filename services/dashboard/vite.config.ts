import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'
import { licences } from './scripts/licences.mjs'

// The build writes the same bytes wherever it runs: no dates, no paths, names by content.
export default defineConfig({
  plugins: [react(), licences()],
  build: {
    target: 'es2022',
    rolldownOptions: { input: ['index.html', 'docs.html'] },
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1700,
    reportCompressedSize: false,
  },
  server: { proxy: { '/v1': 'http://127.0.0.1:8080', '/page.json': 'http://127.0.0.1:8080', '/ws': { target: 'ws://127.0.0.1:8080', ws: true } } },
  test: { include: ['client/**/*.test.ts', 'src/**/*.test.ts'], environment: 'node', testTimeout: 60_000 },
})
