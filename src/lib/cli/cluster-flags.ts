import { Flags } from '@oclif/core'
import { UserError } from '../core/errors.js'

/** A flag whose value follows a rule of AWS. */
function checked(rule: RegExp, allowed: string) {
  return Flags.custom({
    parse: async (value) => {
      if (rule.test(value)) return value
      throw new UserError('BadFlag', `${JSON.stringify(value)} is not allowed.`, { reason: `It must be ${allowed}.`, details: { value } })
    },
  })
}

export const clusterFlag = checked(/^[0-9A-Za-z][\w-]{0,99}$/, 'the name of an EKS cluster or of an environment')
export const regionFlag = checked(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'an AWS region such as eu-west-1')
export const roleFlag = checked(/^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/, 'the ARN of an IAM role')
/** kubectl takes more, but these need no quotes anywhere. */
export const aliasFlag = checked(/^[0-9A-Za-z][\w.@:/-]{0,252}$/, 'letters, digits and . _ @ : / -, starting with a letter or digit')
