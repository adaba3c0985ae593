import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { Flags } from '@oclif/core'
import { messageOf, UserError } from '../core/errors.js'
import type { MirrorWish } from '../mirror/context.js'

/** Flags that say what belongs into a mirror, and who stands in for the publishers. */
export const mirrorWishFlags = {
  environment: Flags.string({
    char: 'e',
    summary: 'Only for this environment. May be given several times. Default: all.',
    helpValue: '<name>',
    multiple: true,
  }),
  'charts-from': Flags.custom({
    parse: async (text) => {
      if (/^(?:https?|oci):\/\/[^\s@?#]+$/.test(text)) return text
      throw new UserError('BadFlag', `${text} is not the address of a chart repository.`, {
        next: ['Write it as: --charts-from https://charts.example.org, or oci://…'],
        details: { flag: '--charts-from', value: text },
      })
    },
  })({ summary: 'Take all charts from this repository instead of those of their publishers.', helpValue: '<url>' }),
  'images-from': Flags.custom({
    parse: async (text) => {
      if (/^[A-Za-z0-9][A-Za-z0-9.-]*(?::\d{1,5})?(?:\/[a-z0-9._-]+)*$/.test(text)) return text
      throw new UserError('BadFlag', `${text} is not a registry.`, {
        next: ['Write it without a scheme: --images-from registry.example.org/proxy'],
        details: { flag: '--images-from', value: text },
      })
    },
  })({ summary: 'Take all images from this registry instead of those of their publishers. Their names stay.', helpValue: '<registry>' }),
  image: Flags.string({ summary: 'One more image. May be given several times.', helpValue: '<reference>', multiple: true }),
  'images-list': Flags.string({ summary: 'A file that names more images, one on each line.', helpValue: '<file>' }),
}

/** Kinds of machines for which images are taken. */
export const platformFlag = Flags.custom<string[]>({
  helpValue: '<os/arch,…>',
  parse: async (text) => {
    const platforms = text.split(',').map((each) => each.trim())
    if (platforms.every((each) => /^[a-z0-9]+\/[a-z0-9]+$/.test(each))) return [...new Set(platforms)].sort()
    throw new UserError('BadFlag', `${text} does not name kinds of machines.`, {
      next: ['Write them as: --platform linux/amd64,linux/arm64'],
      details: { flag: '--platform', value: text },
    })
  },
})

interface WishFlags {
  environment: string[] | undefined
  'charts-from': string | undefined
  'images-from': string | undefined
  image: string[] | undefined
  'images-list': string | undefined
}

/** @throws `BadFlag` when the list cannot be read */
export async function mirrorWish(flags: WishFlags, directory: string): Promise<MirrorWish> {
  const { 'images-list': list } = flags
  const listed = list === undefined ? [] : await readList(path.resolve(directory, list))
  return {
    environments: flags.environment ?? [],
    chartsFrom: flags['charts-from'],
    imagesFrom: flags['images-from'],
    images: [...(flags.image ?? []), ...listed],
  }
}

async function readList(file: string): Promise<string[]> {
  try {
    const lines = (await readFile(file, 'utf8')).split('\n').map((line) => line.replace(/#.*$/, '').trim())
    return lines.filter((line) => line !== '')
  } catch (error) {
    throw new UserError('BadFlag', `${file} cannot be read.`, { reason: messageOf(error), details: { flag: '--images-list', file } })
  }
}
