import { expect, test } from 'vitest'
import { createStyle, wantsColor } from '../../../src/lib/ui/style.js'

test.each([
  ['a terminal', { isTTY: true, requested: true, env: {} }, true],
  ['a pipe', { isTTY: false, requested: true, env: {} }, false],
  ['--no-color', { isTTY: true, requested: false, env: {} }, false],
  ['NO_COLOR', { isTTY: true, requested: true, env: { NO_COLOR: '1' } }, false],
  ['an empty NO_COLOR', { isTTY: true, requested: true, env: { NO_COLOR: '' } }, true],
  ['a dumb terminal', { isTTY: true, requested: true, env: { TERM: 'dumb' } }, false],
  ['FORCE_COLOR in a pipe', { isTTY: false, requested: true, env: { FORCE_COLOR: '1' } }, true],
  ['FORCE_COLOR=0', { isTTY: false, requested: true, env: { FORCE_COLOR: '0' } }, false],
  ['NO_COLOR and FORCE_COLOR', { isTTY: true, requested: true, env: { NO_COLOR: '1', FORCE_COLOR: '1' } }, false],
])('colours with %s', (_what, options, expected) => {
  expect(wantsColor(options)).toBe(expected)
})

test('without colour a style changes nothing', () => {
  expect(createStyle(false).red('text')).toBe('text')
  expect(createStyle(true).red('text')).toBe('\u001B[31mtext\u001B[39m')
})
