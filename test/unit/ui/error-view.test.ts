import { describe, expect, test } from 'vitest'
import { UserError } from '../../../src/lib/core/errors.js'
import { errorDocument, renderError } from '../../../src/lib/ui/error-view.js'
import { createStyle } from '../../../src/lib/ui/style.js'

const plain = createStyle(false)

describe('renderError', () => {
  test('says what happened, why, and what to do next', () => {
    const error = new UserError('StateLocked', 'Environment dev is locked.', {
      reason: 'Another run holds the lock.',
      next: ['Wait.', 'platform run list'],
    })
    expect(renderError(error, plain)).toBe(
      ['Error [StateLocked]: Environment dev is locked.', '  Another run holds the lock.', 'Next:', '  Wait.', '  platform run list'].join(
        '\n',
      ),
    )
  })

  test('a single next step stands on the same line, and what is missing is left out', () => {
    expect(renderError(new UserError('BadFlag', 'No.', { next: ['platform --help'] }), plain)).toBe(
      'Error [BadFlag]: No.\nNext: platform --help',
    )
    expect(renderError(new UserError('BadFlag', 'No.'), plain)).toBe('Error [BadFlag]: No.')
  })

  test('lists every problem of the configuration with its place, what is allowed and what was meant', () => {
    const problems = [
      { file: 'environments/dev.yaml', line: 4, column: 3, field: 'network.zone', message: 'unknown field', nearest: 'zones' },
      { file: '../dev.yaml', line: 2, column: 1, field: 'role', message: 'must be one of the list', allowed: ['management', 'workload'] },
    ]
    expect(renderError(new UserError('InvalidConfiguration', '2 problems.', { details: { problems } }), plain)).toBe(
      [
        'Error [InvalidConfiguration]: 2 problems.',
        '  environments/dev.yaml:4:3  network.zone: unknown field. Did you mean zones?',
        '  ../dev.yaml:2:1  role: must be one of the list. Allowed: management, workload.',
      ].join('\n'),
    )
  })

  test('shows no secret and no terminal escape', () => {
    const error = new UserError('ToolFailed', 'git failed for https://me:hunter2@example.com', {
      reason: '\u001B[2Jpassword=hunter3',
      next: ['AKIAIOSFODNN7EXAMPLE'],
    })
    const text = renderError(error, plain)
    expect(text).not.toMatch(/hunter2|hunter3|AKIA/)
    expect(text).not.toContain('\u001B')
  })
})

test('errorDocument is the contract of --json, without secrets', () => {
  const error = new UserError('ToolFailed', 'token=abcdef1', {
    reason: 'r',
    next: ['n'],
    details: { exitCode: 7, password: 'x', nested: { text: 'secret=abcdef2' } },
  })
  expect(errorDocument(error)).toEqual({
    error: {
      code: 'ToolFailed',
      message: 'token=(hidden)',
      reason: 'r',
      next: ['n'],
      details: { exitCode: 7, password: '(hidden)', nested: { text: 'secret=(hidden)' } },
    },
  })
})
