// One writing session with `rubric lsp` over VS Code's own protocol library: what is wrong, its repair applied,
// completion, renaming, counts beside the bands. Reads {program, file} from standard input (the file's folder has the
// data) and writes what was shown at each step.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const require = createRequire(import.meta.url)
const rpc = require('vscode-languageserver-protocol/node')
const { program, file } = JSON.parse(readFileSync(0, 'utf8'))
const uri = pathToFileURL(file).href
const server = spawn(program, ['lsp', '--lang', 'en'])
const connection = rpc.createProtocolConnection(
  new rpc.StreamMessageReader(server.stdout), new rpc.StreamMessageWriter(server.stdin))
const waiting = []
connection.onNotification('textDocument/publishDiagnostics', (params) => waiting.shift()?.(params.diagnostics))
let counted
const refreshed = new Promise((resolve) => (counted = resolve))
connection.onRequest('workspace/inlayHint/refresh', () => counted())
connection.onRequest('workspace/codeLens/refresh', () => null)
connection.listen()

let text = readFileSync(file, 'utf8')
let version = 1
const textDocument = { uri }
const findings = () => new Promise((resolve) => waiting.push(resolve))
const position = (offset) => {
  const before = text.slice(0, offset).split('\n')
  return { line: before.length - 1, character: before.at(-1).length }
}
const offset = ({ line, character }) => text.split('\n').slice(0, line).join('\n').length + (line > 0) + character
const piece = ({ start, end }) => text.slice(offset(start), offset(end))
async function write(edits) {
  for (const { range, newText } of [...edits].sort((a, b) => offset(b.range.start) - offset(a.range.start))) {
    text = text.slice(0, offset(range.start)) + newText + text.slice(offset(range.end))
  }
  const found = findings()
  connection.sendNotification('textDocument/didChange', {
    textDocument: { uri, version: ++version }, contentChanges: [{ text }] })
  return found
}

await connection.sendRequest('initialize', {
  processId: process.pid, rootUri: null, locale: 'en',
  capabilities: { workspace: { inlayHint: { refreshSupport: true }, codeLens: { refreshSupport: true } } },
})
connection.sendNotification('initialized', {})

const opening = findings()
connection.sendNotification('textDocument/didOpen', {
  textDocument: { uri, languageId: 'rubric', version, text } })
const diagnostics = await opening

const actions = await connection.sendRequest('textDocument/codeAction', {
  textDocument, range: diagnostics[0].range, context: { diagnostics, only: ['quickfix'] } })
const mended = await write(actions[0].edit.changes[uri])

const typed = '\nranking by '
const unfinished = await write([{ range: { start: position(text.length), end: position(text.length) }, newText: typed }])
const completions = await connection.sendRequest('textDocument/completion', {
  textDocument, position: position(text.length) })
const finished = await write([{
  range: { start: position(text.length), end: position(text.length) },
  newText: 'connect_rate\n  exact\n  ties share\n' }])

const rename = await connection.sendRequest('textDocument/rename', {
  textDocument, position: position(text.indexOf('connect_rate')), newName: 'answered' })
const renamed = await write(rename.changes[uri])

await refreshed
const hints = await connection.sendRequest('textDocument/inlayHint', {
  textDocument, range: { start: position(0), end: position(text.length) } })
await connection.sendRequest('shutdown')
const left = new Promise((resolve) => server.on('exit', resolve))
connection.sendNotification('exit')

process.stdout.write(JSON.stringify({
  diagnostics: diagnostics.map((one) => [one.code, piece(one.range) && one.message.split('\n')[0]]),
  actions: actions.map((one) => one.title),
  mended: mended.map((one) => one.code),
  unfinished: unfinished.map((one) => one.code),
  completions: completions.map((one) => one.label),
  finished: finished.map((one) => one.code),
  renamed: renamed.map((one) => one.code),
  hints: Object.fromEntries(hints.map((one) => [text.split('\n')[one.position.line].trim().split(':')[0], one.label])),
  text,
  exit: await left,
}))
