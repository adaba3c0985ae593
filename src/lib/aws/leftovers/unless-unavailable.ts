import { awsStatus, isAwsError } from '../explain-error.js'

const UNAVAILABLE = ['AccessDenied*', 'NotImplemented*', 'InvalidAction', 'UnknownOperation*', 'UnsupportedOperation*', 'OptInRequired']

/** Undefined when the service is not there for the caller. */
export async function unlessUnavailable<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (isAwsError(error, ...UNAVAILABLE) || awsStatus(error) === 501) return undefined
    throw error
  }
}
