import { Help } from '@oclif/core'

/** oclif's help. */
export default class PlatformHelp extends Help {}
