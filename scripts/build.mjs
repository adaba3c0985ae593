// Compiles src/ to dist/ and drops compiled files whose source is gone.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'

execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'], { stdio: 'inherit' })

for (const file of readdirSync('dist', { recursive: true })) {
  const source = path.join('src', file.replace(/\.js(\.map)?$/, '.ts'))
  if (/\.js(\.map)?$/.test(file) && !existsSync(source)) rmSync(path.join('dist', file))
}
