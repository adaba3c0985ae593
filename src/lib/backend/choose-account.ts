import type { Project } from '../config/project.js'
import { UserError } from '../core/errors.js'
import { nearest } from '../core/names.js'

export interface ChosenAccount {
  name: string
  id: string
  roleArn?: string
  region: string
}

/**
 * The account and region that a state bucket is for. Without a choice: the only account, and the platform's region.
 * @throws `BadFlag` when the account is not in `platform.yaml`, when one has to be named, or when the region is none.
 */
export function chooseAccount({ platform }: Pick<Project, 'platform'>, choice: { account?: string; region?: string }): ChosenAccount {
  const names = Object.keys(platform.accounts)
  const name = choice.account ?? (names.length === 1 ? names[0] : undefined)
  const allowed = `Accounts in platform.yaml: ${names.join(', ')}.`
  if (name === undefined) {
    throw new UserError('BadFlag', 'There is more than one account: --account is needed.', {
      reason: allowed,
      details: { accounts: names },
    })
  }
  const account = Object.hasOwn(platform.accounts, name) ? platform.accounts[name] : undefined
  if (!account) {
    const meant = nearest(name, names)
    throw new UserError('BadFlag', `There is no account ${JSON.stringify(name)} in platform.yaml.`, {
      reason: allowed,
      next: meant === undefined ? [] : [`Did you mean ${meant}?`],
      details: { account: name, accounts: names },
    })
  }
  const region = choice.region ?? platform.region
  if (!/^[a-z]{2}(?:-[a-z]+)+-\d$/.test(region)) {
    throw new UserError('BadFlag', `${JSON.stringify(region)} is not an AWS region.`, {
      reason: 'A region looks like eu-west-1.',
      details: { region },
    })
  }
  return { name, id: account.id, region, ...(account.role !== undefined && { roleArn: account.role }) }
}
