/** For each module: values that pass, and for each rule of each variable values that must not. */
export interface ModuleValues {
  good: Record<string, unknown>
  bad: Record<string, unknown[]>
}

export const names = ['Acme', 'a', '-ab', 'ab-', 'a--b', 'with space', 'a'.repeat(33)]
export const keyArn = 'arn:aws:kms:eu-west-1:111122223333:key/1'
export const badKeyArns = ['alias/x', 'arn:aws:kms:eu-west-1:111122223333:alias/x', 'arn:aws:iam::111122223333:role/x']
export const badPrincipals = [['*'], ['arn:aws:iam::111122223333:root'], ['arn:aws:sts::111122223333:assumed-role/x/y']]
export const badTags = [{ 'aws:x': 'y' }, { 'platform:resource': 'y' }]
export const badRetention = [0, 2, 366]
export const badAccounts = [['1'], ['arn:aws:iam::111122223333:root']]
