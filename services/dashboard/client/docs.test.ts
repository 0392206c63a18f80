import { readFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'

const root = path.join(import.meta.dirname, '..')
const page = path.join(root, '../../docs/client-browser.md')

/** What the compiler says about code that stands beside the folder client. */
function complaints(code: string): string[] {
  const name = path.join(root, 'of-the-document.ts')
  const { config } = ts.readConfigFile(path.join(root, 'tsconfig.json'), (f) => ts.sys.readFile(f)) as { config: object }
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const host = ts.createCompilerHost(options)
  const read = host.getSourceFile.bind(host)
  host.getSourceFile = (f, o) => (f === name ? ts.createSourceFile(f, code, o) : read(f, o))
  const program = ts.createProgram([name], { ...options, noUnusedLocals: false, types: [] }, host)
  return ts.getPreEmitDiagnostics(program, program.getSourceFile(name)).map((d) => {
    const line = d.file!.getLineAndCharacterOfPosition(d.start!).line
    return `${code.split('\n')[line]}: ${ts.flattenDiagnosticMessageText(d.messageText, ' ')}`
  })
}

test('the code in docs/client-browser.md is code that compiles', { timeout: 60_000 }, () => {
  const blocks = [...readFileSync(page, 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)].map((m) => m[1])
  expect(blocks.length).toBeGreaterThan(2)
  expect(complaints(blocks.join('\n'))).toEqual([])
  // A path that the API does not have must be noticed.
  expect(complaints(`${blocks.join('\n')}\nvoid session.request('get', '/v1/no-such-path')`)).toHaveLength(1)
})
