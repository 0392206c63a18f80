import { existsSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'

// licences writes LICENSES.txt: the licence of every package whose code is in the built page. Most of them ask for that.
export function licences() {
  return {
    name: 'licences',
    apply: 'build',
    generateBundle(_, bundle) {
      const roots = new Set()
      for (const id of this.getModuleIds()) {
        const at = id.lastIndexOf('/node_modules/')
        if (at < 0) continue
        const [scope, name] = id.slice(at + '/node_modules/'.length).split('/')
        roots.add(id.slice(0, at) + '/node_modules/' + (scope.startsWith('@') ? `${scope}/${name}` : scope).replace(/\0.*$/, ''))
      }
      const texts = new Map()
      for (const root of roots) {
        if (!existsSync(path.join(root, 'package.json'))) continue
        const { name, version, license } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
        const file = readdirSync(root).sort().find((f) => /^licen[cs]e/i.test(f))
        texts.set(`${name} ${version}`, file ? readFileSync(path.join(root, file), 'utf8').replaceAll('\r', '').trim() : `Licence: ${license}`)
      }
      const parts = [...texts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, text]) => `${name}\n\n${text}\n`)
      this.emitFile({
        type: 'asset',
        fileName: 'LICENSES.txt',
        source: 'This page contains code of the following packages.\n\n' + parts.join(`\n${'-'.repeat(80)}\n\n`),
      })
    },
  }
}
