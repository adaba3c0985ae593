// The licences of the libraries that are part of dist/, as their authors want them passed on.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { root } from './run-tool.mjs'

/** Licences that allow to ship a library with a program under Apache-2.0 as long as their text goes with it. */
const ALLOWED = ['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0']

const RULE = '-'.repeat(100)

/**
 * @param inputs files of a bundle, relative to the project
 * @returns one text with every library, its licence and its notices. Throws for a library that may not be shipped like this.
 */
export function thirdPartyLicences(inputs) {
  const namesByText = new Map()
  for (const folder of [...new Set(inputs.map(packageFolder).filter(Boolean))].sort()) {
    const { title, text } = licenceOf(folder)
    namesByText.set(text, (namesByText.get(text) ?? new Set()).add(title))
  }
  const sections = [...namesByText].map(([text, titles]) => [RULE, ...titles, RULE, text, ''].join('\n'))
  return `The libraries below are part of the files of platform. Their licences:\n\n${sections.join('\n')}`
}

/** The folder of the package that a file belongs to: the innermost one in node_modules. */
export function packageFolder(file) {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]
}

function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8'))
  if (!ALLOWED.includes(license)) throw new Error(`${folder}: the licence ${JSON.stringify(license)} is not one that may be shipped.`)
  const texts = readdirSync(path.join(root, folder))
    .filter((file) => /^(?:licen[cs]e|notice|copying)/i.test(file))
    .map((file) => path.join(folder, file))
  // This text names no owner, so it is the same for everybody. Ours is under it too.
  if (texts.length === 0 && license === 'Apache-2.0') texts.push('LICENSE')
  if (texts.length === 0) throw new Error(`${folder}: has no text of its licence ${license}.`)
  return {
    title: `${name} ${version}, ${license}`,
    text: texts.map((file) => readFileSync(path.join(root, file), 'utf8').trim()).join('\n\n'),
  }
}
