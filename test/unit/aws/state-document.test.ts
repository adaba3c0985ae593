import { describe, expect, it } from 'vitest'
import { emptied, restamp, summariseState } from '../../../src/lib/aws/state-document.js'

/** As Terraform writes it, with a number that JSON.parse would round. */
const STATE = `{
  "version": 4,
  "terraform_version": "1.11.4",
  "serial": 7,
  "lineage": "l-1",
  "outputs": { "serial": { "value": 9007199254740993 } },
  "resources": [{ "mode": "managed", "instances": [{ "serial": 3 }] }]
}
`

describe('restamp', () => {
  it('changes serial and lineage of the state, and nothing else', () => {
    const restamped = restamp(STATE, { serial: 12, lineage: 'l-2' })
    expect(restamped).toBe(STATE.replace('"serial": 7', '"serial": 12').replace('l-1', 'l-2'))
    expect(summariseState(restamped ?? '')).toEqual({ exists: true, serial: 12, lineage: 'l-2', resources: 1 })
  })

  it.each([
    ['half a state', STATE.slice(0, 90)],
    ['an encrypted state', '{"serial":1,"lineage":"x","meta":{},"encrypted_data":"AAAA"}'],
    ['something else', '[]'],
  ])('refuses %s', (_, text) => {
    expect(restamp(text, { serial: 1, lineage: 'x' })).toBeUndefined()
  })
})

it('makes an empty state of the same lineage', () => {
  expect(summariseState(emptied(STATE))).toEqual({ exists: true, serial: 7, lineage: 'l-1', resources: 0 })
  expect(restamp(emptied(STATE), { serial: 8, lineage: 'l-1' })).toContain('"serial":8')
})
