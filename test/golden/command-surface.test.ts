import { expect, test } from 'vitest'
import { commandSurface } from '../helpers/surface.js'

/**
 * Every command, argument and flag in one file, so that a change of the contract shows in a review.
 * Update it with: npx vitest run --project unit test/golden -u
 */
test('the surface of the command line is the recorded one', async () => {
  const lines = (await commandSurface()).flatMap(({ command, arguments: args, flags }) => [
    `platform ${command}${args.map(({ name, required }) => (required ? ` ${name.toUpperCase()}` : ` [${name.toUpperCase()}]`)).join('')}`,
    ...flags.map(({ name, char, takesValue, allowNo, multiple, options, env }) =>
      [
        `  --${allowNo ? '[no-]' : ''}${name}`,
        char !== undefined && `-${char}`,
        takesValue && `<${options.join('|') || 'value'}>${multiple ? '...' : ''}`,
        env,
      ]
        .filter((part) => part !== undefined && part !== false)
        .join(' '),
    ),
  ])
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('command-surface.txt')
})
