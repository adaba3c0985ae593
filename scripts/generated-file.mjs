// Writes generated files, or with --check compares them with what is in the tree.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { root } from './run-tool.mjs'

/**
 * @param files text by path inside the project.
 * @param options.folders folders that hold generated files only: what is not in `files` is removed from them.
 * @param options.command what to run when the check fails.
 */
export function writeOrCheck(files, { folders = [], command }) {
  const check = process.argv.includes('--check')
  const stale = []
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(root, name)
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue
    stale.push(name)
    if (check) continue
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  for (const folder of folders.filter((name) => existsSync(path.join(root, name)))) {
    for (const name of readdirSync(path.join(root, folder)).map((file) => `${folder}/${file}`)) {
      if (name in files) continue
      stale.push(name)
      if (!check) rmSync(path.join(root, name))
    }
  }
  if (stale.length === 0) return
  console.log(`${check ? 'Out of date' : 'Written'}: ${stale.join(', ')}`)
  if (!check) return
  console.log(`Run: ${command}`)
  process.exitCode = 1
}
