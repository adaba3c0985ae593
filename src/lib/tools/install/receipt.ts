import path from 'node:path'
import { readTextIfExists, toJsonText, writeFileAtomic } from '../../core/files.js'
import type { InstallWay } from '../tool-spec.js'

/** What an install folder tells about itself. */
export interface Receipt {
  tool: string
  version: string
  source: InstallWay
  /** Digest of the downloaded archive, in hex. */
  sha256?: string
  installedAt: string
}

const FILE = 'receipt.json'

/** Leaves the receipt in an install folder. */
export async function writeReceipt(folder: string, receipt: Receipt): Promise<void> {
  await writeFileAtomic(path.join(folder, FILE), toJsonText(receipt))
}

/** The folder's receipt, or undefined when it has none that can be read. */
export async function readReceipt(folder: string): Promise<Partial<Receipt> | undefined> {
  const text = await readTextIfExists(path.join(folder, FILE))
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as Partial<Receipt>
  } catch {
    return undefined
  }
}
