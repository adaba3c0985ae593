import { expect, test } from 'vitest'
import { at, fieldsAt, isFields, listAt, textAt, textFieldsAt, textsAt } from '../../../src/lib/core/plain-data.js'

const data = { a: { text: 'x', number: 1, list: [{ n: 1 }, 'two', null, [3]], empty: null } }

test('only objects that are no lists have fields', () => {
  expect([{}, [], null, undefined, 'text', 1].map(isFields)).toEqual([true, false, false, false, false, false])
})

test('a path that ends early leads to nothing', () => {
  expect(at(data, 'a', 'number')).toBe(1)
  expect(at(data)).toBe(data)
  for (const path of [['b'], ['a', 'text', 'length'], ['a', 'list', '0'], ['a', 'empty', 'x']]) expect(at(data, ...path)).toBeUndefined()
  expect(at(undefined, 'a')).toBeUndefined()
})

test('what is of another kind counts as missing', () => {
  expect([textAt(data, 'a', 'text'), textAt(data, 'a', 'number'), textAt(null, 'a')]).toEqual(['x', '', ''])
  expect([fieldsAt(data, 'a', 'list'), fieldsAt(data, 'b'), fieldsAt(data)]).toEqual([{}, {}, data])
  expect([listAt(data, 'a', 'list'), listAt(data, 'a')]).toEqual([[{ n: 1 }], []])
  expect([textsAt(data, 'a', 'list'), textsAt(data, 'a')]).toEqual([['two'], []])
  expect(textFieldsAt(data, 'a')).toEqual({ text: 'x' })
})
