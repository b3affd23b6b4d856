// The editor's side of `rubric lsp`: starts it, says what to do when it is missing, hands it the settings.
'use strict'

const vscode = require('vscode')
const { LanguageClient, TransportKind } = require('vscode-languageclient/node')
const { complaint, find } = require('./server')

const INSTALL = 'pip install "rubric-dsl[lsp]"'
const FILES = '**/*.{rubric,csv,tsv,xlsx,xls,ods,parquet}'
let client

async function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand('rubric.restart', restart),
    vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration('rubric') && restart()),
    vscode.workspace.onDidGrantWorkspaceTrust(restart),
  )
  await start()
}

async function start() {
  const settings = vscode.workspace.getConfiguration('rubric')
  const folders = (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath)
  const program = await find({ command: settings.get('command'), folders, trusted: vscode.workspace.isTrusted })
  if (!program) {
    await offer(
      vscode.l10n.t('The program “rubric” was not found, so nothing is checked while you type. Install it ({0}), or say where it is.', INSTALL),
      INSTALL,
    )
    return
  }
  const lang = settings.get('lang')
  const said = lang === 'zh' || lang === 'en' ? lang : undefined
  const server = { command: program, args: said ? ['lsp', '--lang', said] : ['lsp'], transport: TransportKind.stdio }
  client = new LanguageClient('rubric', 'Rubric', server, {
    documentSelector: [{ language: 'rubric' }],
    initializationOptions: { lang: said, data: settings.get('data') },
    synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher(FILES) },
  })
  try {
    await client.start()
  } catch {
    client = undefined
    const why = await complaint(program, said)
    if (why.missing === 'part') {
      await offer(vscode.l10n.t('The part of “rubric” that serves editors is not installed: {0}', why.install), why.install)
    } else {
      await offer(vscode.l10n.t('“{0} lsp” does not start: {1}', program, why.error))
    }
  }
}

async function restart() {
  const old = client
  client = undefined
  if (old) await old.stop()
  await start()
}

/** Says what is wrong and offers what can be done about it. */
async function offer(message, install) {
  const terminal = vscode.l10n.t('Open a terminal')
  const setting = vscode.l10n.t('Say where it is')
  const again = vscode.l10n.t('Try again')
  const chosen = await vscode.window.showErrorMessage(message, ...(install ? [terminal] : []), setting, again)
  if (chosen === terminal) {
    const opened = vscode.window.createTerminal('rubric')
    opened.show()
    opened.sendText(install, false) // shown, not run: whoever reads it presses Enter
  } else if (chosen === setting) {
    await vscode.commands.executeCommand('workbench.action.openSettings', 'rubric.command')
  } else if (chosen === again) {
    await restart()
  }
}

function deactivate() {
  return client?.stop()
}

module.exports = { activate, deactivate }
