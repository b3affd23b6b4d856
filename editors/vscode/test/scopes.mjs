// What the grammar makes of lines: reads {"name": ["line", …], …} from standard input, writes for each name a list of
// lines, each a list of [first, end, scope], in UTF-16 units, without what has no scope of its own.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)
const { loadWASM, OnigScanner, OnigString } = require('vscode-oniguruma')
const { Registry, INITIAL, parseRawGrammar } = require('vscode-textmate')
const path = fileURLToPath(new URL('../syntaxes/rubric.tmLanguage.json', import.meta.url))

await loadWASM(readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm')).buffer)
const registry = new Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (sources) => new OnigScanner(sources),
    createOnigString: (text) => new OnigString(text),
  }),
  loadGrammar: async () => parseRawGrammar(readFileSync(path, 'utf8'), path),
})
const grammar = await registry.loadGrammar('source.rubric')
const found = {}
for (const [name, lines] of Object.entries(JSON.parse(readFileSync(0, 'utf8')))) {
  let state = INITIAL
  found[name] = lines.map((line) => {
    const done = grammar.tokenizeLine(line, state)
    state = done.ruleStack
    return done.tokens
      .filter((token) => token.scopes.length > 1)
      .map((token) => [token.startIndex, token.endIndex, token.scopes[1].replace(/\.rubric$/, '')])
  })
}
process.stdout.write(JSON.stringify(found))
