// Starts a program and waits for it. Shared by the scripts in this folder.
import { spawn } from 'node:child_process'
import path from 'node:path'
import process from 'node:process'

/** The root of the project. */
export const root = path.resolve(import.meta.dirname, '..')

/** A program that npm installed, as an argument list. */
export const tool = (name, ...args) => [path.join(root, 'node_modules', '.bin', name), ...args]

/** A script run by this Node. */
export const node = (script, ...args) => [process.execPath, path.join(root, script), ...args]

/** Runs a program with its output on ours. Resolves to true when it ends with 0. */
export async function runLoud([file, ...args]) {
  const { code } = await start(file, args, 'inherit')
  return code === 0
}

/** Runs a program and keeps its output. */
export async function runQuiet([file, ...args]) {
  const { code, output } = await start(file, args, 'pipe')
  return { ok: code === 0, output }
}

function start(file, args, output) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd: root, stdio: ['ignore', output, output] })
    let text = ''
    child.stdout?.on('data', (chunk) => (text += chunk))
    child.stderr?.on('data', (chunk) => (text += chunk))
    child.on('error', (error) => resolve({ code: 1, output: `${file}: ${error.message}` }))
    child.on('close', (code) => resolve({ code, output: text }))
  })
}
