// Packages the extension: `npm ci && npm run package` writes rubric-dsl-VERSION.vsix here. Needs no network after `npm ci`.
import { File } from 'node:buffer'
import { copyFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

globalThis.File ??= File // Node 18 keeps it apart, and what vsce is made of wants it
const { createVSIX } = createRequire(import.meta.url)('@vscode/vsce')
const here = fileURLToPath(new URL('.', import.meta.url))
copyFileSync(new URL('../../LICENSE', import.meta.url), `${here}/LICENSE`)
await createVSIX({
  cwd: here,
  packagePath: process.argv[2],
  dependencies: true,
  allowMissingRepository: true,
})
