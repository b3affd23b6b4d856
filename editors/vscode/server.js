// Finds the program `rubric` and says what to do where it, or the part that serves editors, is missing.
// Nothing here knows VS Code, so that it can be tried without one.
'use strict'

const { execFile } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

/**
 * The programs to try, in this order: what the author set, the environment of the folder, what the system finds.
 * A folder that is not trusted names no programs.
 */
function candidates({ command, folders = [], trusted = true, platform = process.platform }) {
  if (command) return [command]
  const inside = platform === 'win32' ? ['Scripts', 'rubric.exe'] : ['bin', 'rubric']
  const own = trusted
    ? folders.flatMap((folder) => ['.venv', 'venv'].map((name) => path.join(folder, name, ...inside)))
    : []
  return [...own.filter((file) => fs.existsSync(file)), 'rubric']
}

/** Runs a program to its end: {code, error} with what it wrote to standard error; code null where it does not start. */
function run(program, words, seconds = 20) {
  return new Promise((resolve) => {
    const child = execFile(program, words, { timeout: seconds * 1000, windowsHide: true }, (failure, _, error) => {
      if (!failure) resolve({ code: 0, error })
      else resolve({ code: typeof failure.code === 'number' ? failure.code : null, error })
    })
    child.stdin?.on('error', () => {})
    child.stdin?.end()
  })
}

/** The first program that answers; undefined where none does. */
async function find(options) {
  for (const program of candidates(options)) {
    if ((await run(program, ['--version'])).code === 0) return program
  }
  return undefined
}

/**
 * Why the service does not start: {missing: 'part', install} where its part is not installed (exit 6, the line that
 * installs it), else {missing: 'nothing', error}.
 */
async function complaint(program, lang) {
  const { code, error } = await run(program, lang ? ['lsp', '--lang', lang] : ['lsp'])
  const install = /pip install .*$/m.exec(error)
  return code === 6 ? { missing: 'part', install: install ? install[0].trim() : 'pip install "pygls>=2,<3"' }
                    : { missing: 'nothing', error: error.trim() }
}

module.exports = { candidates, complaint, find }
