/** What CloudTrail writes instead of a secret. */
export const HIDDEN = 'HIDDEN_DUE_TO_SECURITY_REASONS'

/** Names of members that hold secrets, in lower case (the models of the AWS SDKs mark them as sensitive). */
const SECRETS = new Set([
  ...['password', 'newpassword', 'oldpassword', 'masteruserpassword', 'masterpassword', 'adminpassword', 'passwords', 'authtoken'],
  ...['secretaccesskey', 'sessiontoken', 'secretstring', 'secretbinary', 'plaintext', 'ciphertextblob', 'ciphertext', 'privatekey'],
  ...['privatekeyplaintext', 'keymaterial', 'encryptedkeymaterial', 'userdata', 'webidentitytoken', 'samlassertion', 'token'],
  ...['accesstoken', 'refreshtoken', 'clientsecret', 'authorizationtoken', 'oauthtoken', 'personalaccesstoken', 'certificateprivatekey'],
  ...['sharedsecret', 'presharedkey', 'tdecredentialpassword', 'passphrase', 'oauth', 'basicauthcredentials', 'authorizationcode'],
])
/** Those of single services: `<service> <member>`. */
const SECRETS_OF = new Set(['ssm value', 'kms message', 'kms mac', 'kms signature', 'cloudformation parametervalue', 'dynamodb item'])
const DYNAMODB_VALUES = new Set([
  'item',
  'key',
  'expressionattributevalues',
  'requestitems',
  'transactitems',
  'attributeupdates',
  'expected',
])
/** Longer texts are cut: a record has at most 256 KB. */
const MAX_TEXT = 16 * 1024

/** A copy without secrets. A missing one stays missing: only its value is hidden. */
export function redact(value: unknown, service: string): unknown {
  if (Array.isArray(value)) return value.map((item) => redact(item, service))
  if (typeof value === 'string') return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value
  if (value instanceof Uint8Array) return HIDDEN
  if (value instanceof Date) return value.toISOString()
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? Number(value) : value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, isSecret(name.toLowerCase(), service) ? HIDDEN : redact(inner, service)]),
  )
}

function isSecret(name: string, service: string): boolean {
  if (service === 'lambda' && name === 'variables') return true
  if (service === 'dynamodb' && DYNAMODB_VALUES.has(name)) return true
  return (SECRETS.has(name) && !(name === 'token' && service !== 'sts' && service !== 'codebuild')) || SECRETS_OF.has(`${service} ${name}`)
}
