// The extension started in an editor that only remembers: reads {settings, folders, press} from standard input, writes
// what was said, which button was offered, and the service that was started.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import Module from 'node:module'

const require = createRequire(import.meta.url)
const { settings, folders, failing } = JSON.parse(readFileSync(0, 'utf8'))
const said = []
const started = []
const nothing = { dispose() {} }
const vscode = {
  commands: { registerCommand: () => nothing, executeCommand: async () => {} },
  l10n: { t: (text, ...parts) => parts.reduce((made, part, i) => made.replace(`{${i}}`, part), text) },
  window: {
    showErrorMessage: async (message, ...buttons) => { said.push([message, buttons]) },
    createTerminal: () => ({ show() {}, sendText() {} }),
  },
  workspace: {
    isTrusted: true,
    workspaceFolders: folders.map((fsPath) => ({ uri: { fsPath } })),
    getConfiguration: () => ({ get: (name) => settings[name] }),
    createFileSystemWatcher: (pattern) => pattern,
    onDidChangeConfiguration: () => nothing,
    onDidGrantWorkspaceTrust: () => nothing,
  },
}
class LanguageClient {
  constructor(id, name, server, options) {
    started.push({ server, options })
  }
  async start() {
    if (failing) throw new Error('the server left')
  }
  async stop() {}
}
const load = Module._load
Module._load = (request, ...rest) =>
  request === 'vscode' ? vscode
  : request === 'vscode-languageclient/node' ? { LanguageClient, TransportKind: { stdio: 0 } }
  : load(request, ...rest)

await require('../extension').activate({ subscriptions: [] })
process.stdout.write(JSON.stringify({ said, started }))
